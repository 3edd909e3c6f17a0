"""A clause of a WorkloadEntry that is called dead changes no endpoint, and one that nothing is said of changes some.

Random WorkloadEntries behind a ServiceEntry that selects them, a Service of Kubernetes and a Service by a port's name.
What is asked is which endpoints each client has for each host and port: addresses, ports, and what is sent to them.
"""

from collections.abc import Iterator
from typing import Any

from clause_effects import Clause, Example, Kind, some_of
from gateway_meshes import pods, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.request_path.chains import ClusterTarget

HOSTS = {
    "api.example.org": (80, 9000), "shop.shop.svc.cluster.local": (80,),
    "named.shop.svc.cluster.local": (80,), "dns.example.org": (80, 9000),
}  # fmt: skip
DEAD = {
    "workload-entry/port-name-unused", "workload-entry/selected-by-nothing",
    "workload-entry/address-left-out",
}  # fmt: skip

OF_ALL = {"workload-entry/port-not-named", *DEAD} - {"workload-entry/port-name-unused"}
"""What makes a machine no endpoint at all."""


def service_entry(name: str, host: str, app: str, resolution: str) -> Any:
    ports = [
        {"number": 80, "name": "http", "protocol": "HTTP"},
        {"number": 9000, "name": "tcp-raw", "protocol": "TCP", "targetPort": 9001},
    ]
    spec = {
        "hosts": [host], "ports": ports, "resolution": resolution, "location": "MESH_INTERNAL",
        "workloadSelector": {"labels": {"app": app}},
    }  # fmt: skip
    return thing("ServiceEntry", name, spec)


def service(name: str, app: str, target: Any) -> Any:
    spec = {"selector": {"app": app}, "ports": [{"name": "http", "port": 80, "targetPort": target}]}
    return thing("Service", name, spec, group="v1")


GROUND = (
    thing("Namespace", "/shop", None, group="v1"), thing("Namespace", "/stock", None, group="v1"),
    pods("shop/pages", {"app": "pages", "sidecar.istio.io/inject": "true"}),
    service_entry("shop/api", "api.example.org", "machine", "STATIC"),
    service_entry("shop/dns", "dns.example.org", "named", "DNS"),
    service("shop/shop", "machine", 8080), service("shop/named", "old", "web"),
)  # fmt: skip


def answers(one: Mesh) -> list[Any]:
    return sorted(_endpoints(one), key=str)


def _endpoints(one: Mesh) -> Iterator[tuple[Any, ...]]:
    (client,) = one.workloads
    view = one.request_paths.views.view_of(client)
    for host, ports in HOSTS.items():
        for port in ports:
            found = view.clusters.find(ClusterTarget(host, port, ""))
            for end in found.endpoints if found is not None else ():
                yield host, port, end.endpoint.address, end.endpoint.port, end.tls


KIND = Kind(GROUND, answers, ("workload_entry", "service_entry"))


@strategies.composite
def entries(draw: Any, number: int) -> Any:
    addresses = [f"10.0.0.{number + 1}", "box.example.org"]
    spec: dict[str, Any] = {"address": draw(strategies.sampled_from(addresses))}
    app = draw(strategies.sampled_from(["machine", "old", "named", "nobody", None]))
    spec |= {"labels": {"app": app}} if app else {}
    names = strategies.sampled_from(["http", "tcp-raw", "web", "gone"])
    ports = draw(strategies.dictionaries(names, strategies.sampled_from([8081, 8082]), max_size=2))
    spec |= {"ports": ports} if ports else {}
    if draw(strategies.booleans()):
        spec["serviceAccount"] = "api"
    home = draw(strategies.sampled_from(["shop", "shop", "stock"]))
    metadata = {"name": f"w{number}", "namespace": home}
    group = "networking.istio.io/v1"
    return {"apiVersion": group, "kind": "WorkloadEntry", "metadata": metadata, "spec": spec}


def several(most: int) -> Any:
    return some_of(entries, most).map(lambda found: Example(KIND, found))


def clauses(one: Example) -> Iterator[Clause]:
    """The entry by its labels, its ports and its identity."""
    for number, manifest in enumerate(one.manifests):
        own = Clause(number, ("spec",))
        yield from (
            own.below(key) for key in ("labels", "serviceAccount") if key in manifest["spec"]
        )
        yield from (own.below("ports", name) for name in manifest["spec"].get("ports", {}))


@settings(max_examples=100)
@given(several(2))
def test_a_clause_that_is_called_dead_changes_no_endpoint(one) -> None:
    """An address that one host leaves out may be resolved for another one, which the message doesn't name."""
    for said in one.said:
        if said.rule in DEAD:
            clause = said.clause
            before, after = one.answers, one.without(clause).answers
            if said.rule == "workload-entry/address-left-out":
                before, after = (
                    [end for end in ends if "dns" not in end[0]] for ends in (before, after)
                )
            assert before == after


def is_for_others(one: Example) -> bool:
    """Has it no labels, or is it beside no ServiceEntry that selects, since one may come?"""
    manifest = one.manifests[0]
    return "labels" not in manifest["spec"] or manifest["metadata"]["namespace"] == "stock"


@settings(max_examples=150)
@given(several(1))
def test_a_clause_that_nothing_is_said_of_changes_an_endpoint(one) -> None:
    """Not where something is said of the whole machine: that no host takes it, or that none selects it."""
    told = {said.rule for said in one.said} & OF_ALL
    for clause in () if told or is_for_others(one) else clauses(one):
        assert one.is_complained_about(clause) or one.differs(clause)


def test_labels_of_the_object_count_as_those_of_the_machine() -> None:
    metadata = {"name": "w", "namespace": "shop", "labels": {"app": "machine"}}
    spec = {"address": "10.0.0.1", "labels": {"app": "nobody", "version": "v1"}}
    group = "networking.istio.io/v1"
    written = {"apiVersion": group, "kind": "WorkloadEntry", "metadata": metadata, "spec": spec}
    one = Example(KIND, [written])
    assert {"api.example.org", "shop.shop.svc.cluster.local"} == {host for host, *_ in one.answers}
    assert [] == one.said
