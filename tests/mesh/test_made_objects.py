"""What do other controllers make, that no file has?"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import (
    DestinationRule,
    Made,
    Resource,
    Service,
    VirtualService,
    Workload,
    make_resource,
)
from meshctl.sources.documents import Document


def thing(api: str, kind: str, name: str, spec: dict) -> Resource:
    data = {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": name, "namespace": "shop"},
        "spec": spec,
    }
    return make_resource(Document("mesh.yaml", 1, "", data), data, (), "shop")


def till(labels: dict[str, str]) -> Resource:
    spec = {
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": {**labels, "tier": "front"}},
            "spec": {"containers": []},
        },
    }
    return thing("apps/v1", "Deployment", "till", spec)


def canary(**service: object) -> Resource:
    return thing(
        "flagger.app/v1beta1", "Canary", "till",
        {"targetRef": {"kind": "Deployment", "name": "till"}, "service": {"port": 80, **service}},
    )  # fmt: skip


def made(mesh: Mesh) -> Iterator[str]:
    return (f"{one.kind} {one.name}" for one in mesh.of(Made))


def test_a_canary_makes_services_a_copy_and_routes() -> None:
    mesh = Mesh([till({"app": "till"}), canary()])
    assert [
        "Deployment till-primary",
        "Service till", "Service till-primary", "Service till-canary",
        "DestinationRule till-primary", "DestinationRule till-canary",
        "VirtualService till",
    ] == list(made(mesh))  # fmt: skip
    copy = mesh.of(Workload)[-1]
    assert {"app": "till-primary", "tier": "front"} == copy.pod_labels
    selectors = {one.name: one.selector for one in mesh.of(Service)}
    primary = {"app": "till-primary"}
    assert {"till": primary, "till-primary": primary, "till-canary": {"app": "till"}} == selectors


def test_only_routes_are_judged() -> None:
    mesh = Mesh([till({"app": "till"}), canary()])
    judged = {kind: len(mesh.judged(kind)) for kind in (Workload, Service, VirtualService)}
    assert {Workload: 1, Service: 0, VirtualService: 1} == judged


def test_what_is_there_is_not_made_again() -> None:
    own = thing("v1", "Service", "till", {"selector": {"app": "till"}, "ports": [{"port": 80}]})
    copy = thing("apps/v1", "Deployment", "till-primary", {})
    mesh = Mesh([till({"app": "till"}), canary(), own, copy])
    assert own in mesh.of(Service)
    assert 3 == len(mesh.of(Service))
    assert [2, 1] == [len(mesh.of(Workload)), len(mesh.of(VirtualService))]


def test_without_a_label_to_change_nobody_knows_the_pods() -> None:
    mesh = Mesh([till({"component": "till"}), canary()])
    assert [{}, {}, {}] == [one.selector for one in mesh.of(Service)]
    assert 1 == len(mesh.of(Workload))


def test_hosts_and_gateways_of_the_virtual_service() -> None:
    def made_by(**service: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
        (found,) = Mesh([canary(**service)]).of(VirtualService)
        return found.hosts, found.gateways

    assert (("till",), ("mesh",)) == made_by()
    assert (("a.test",), ("doors/front",)) == made_by(hosts=["a.test"], gateways=["doors/front"])
    assert (("a.test", "till"), ("doors/front", "mesh")) == made_by(
        hosts=["a.test"], gateways=["doors/front", "mesh"]
    )
    assert ((), ()) == made_by(delegation=True)


def test_places_are_those_of_the_canary() -> None:
    policy = {"tls": {"mode": "DISABLE"}}
    written = canary(hosts=["a.test"], match=[{"uri": {"prefix": "/a"}}], trafficPolicy=policy)
    mesh = Mesh([written])
    (service,) = mesh.of(VirtualService)
    rule = mesh.of(DestinationRule)[0]

    def path(resource: Resource, *keys: str | int) -> tuple[str | int, ...]:
        place = resource.origin(resource.at(*keys))
        assert written is place.resource
        return place.path

    assert ("spec", "service", "hosts", 0) == path(service, "spec", "hosts", 0)
    assert ("spec", "service", "match", 0, "uri") == path(
        service, "spec", "http", 0, "match", 0, "uri"
    )
    assert ("spec", "service", "trafficPolicy", "tls") == path(rule, "spec", "trafficPolicy", "tls")


def test_a_service_of_knative_makes_pods_and_a_name() -> None:
    template = {"spec": {"containers": [{"image": "a"}]}}
    mesh = Mesh([thing("serving.knative.dev/v1", "Service", "till", {"template": template})])
    assert ["Service till", "Deployment till-00001-deployment"] == list(made(mesh))
    assert "till" == mesh.of(Workload)[0].pod_labels["serving.knative.dev/service"]
    assert mesh.registry.has("till.shop.svc.cluster.local")
