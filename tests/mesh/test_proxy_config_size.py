"""How much a sidecar and a gateway are sent, in meshes small enough to count by hand."""

import pytest
from tls_meshes import mesh, namespace, rule, service, thing, workload

from meshctl.mesh.proxy_config_size.config_sizes import ConfigSizes

SUBSETS = {"subsets": [{"name": "v1", "labels": {"v": "1"}}, {"name": "v2", "labels": {"v": "2"}}]}


def size_of(key, *resources):
    made = mesh(*resources, is_whole=True)
    found = next(one for one in made.workloads if one.key_name == key)
    return ConfigSizes(made).config_of(found).size


def test_a_lone_sidecar_has_the_fixed_clusters_and_listeners() -> None:
    counts = size_of("shop/cart", namespace("shop"), workload("shop/cart")).counts
    assert (3, 2, 0, 0) == (
        counts.clusters, counts.listeners, counts.route_configurations, counts.endpoint_sets,
    )  # fmt: skip


def test_a_service_adds_a_cluster_a_listener_and_routes_and_its_pods_one_more_cluster() -> None:
    resources = namespace("shop"), workload("shop/cart"), service("shop/cart")
    counts = size_of("shop/cart", *resources).counts
    assert (5, 3, 1, 2, 2, 1) == (
        counts.clusters, counts.listeners, counts.route_configurations, counts.virtual_hosts,
        counts.routes, counts.endpoints,
    )  # fmt: skip


def test_each_subset_repeats_the_cluster_and_its_endpoints() -> None:
    host = "cart.shop.svc.cluster.local"
    resources = namespace("shop"), workload("shop/cart", v="1"), service("shop/cart")
    plain = size_of("shop/cart", *resources)
    found = size_of("shop/cart", *resources, rule("shop/r", host, **SUBSETS))
    more = found.counts - plain.counts
    assert (2, 2, 1, 1) == (
        more.clusters, more.endpoint_sets, more.empty_endpoint_sets, more.endpoints,
    )  # fmt: skip
    assert found.bytes.clusters > plain.bytes.clusters
    assert found.bytes.total > plain.bytes.total


def test_a_gateway_has_all_clusters_and_no_listener_without_a_gateway_object() -> None:
    pods = {
        "template": {
            "metadata": {"labels": {"istio": "ingress"}},
            "spec": {"containers": [{"name": "istio-proxy", "args": ["proxy", "router"]}]},
        }
    }
    ingress = thing("Deployment", "edge/ingress", pods)
    resources = namespace("shop"), workload("shop/cart"), service("shop/cart"), ingress
    counts = size_of("edge/ingress", *resources).counts
    assert (2, 0, 1) == (counts.clusters, counts.listeners, counts.endpoint_sets)


@pytest.mark.parametrize(
    "own",
    [
        (),
        (service("b/cart"),),
        (rule("b/r", "cart.a.svc.cluster.local", **SUBSETS),),
        (rule("a/r", "cart.a.svc.cluster.local", **SUBSETS),),
        (rule("a/r", "cart.a.svc.cluster.local", exportTo=["."], **SUBSETS),),
        (rule("a/r", "cart.a.svc.cluster.local", exportTo=["b"], **SUBSETS),),
        (rule("a/r", "cart.a.svc.cluster.local", exportTo=["*"], workloadSelector={"matchLabels": {"app": "web"}}, **SUBSETS),),
        (rule("a/r", "*.a.svc.cluster.local", **SUBSETS), thing("ServiceEntry", "b/s", {"hosts": ["x.a.svc.cluster.local"], "resolution": "DNS", "ports": [{"number": 80, "name": "http"}]})),
        (rule("a/r", "*.local", **SUBSETS),),
        (rule("istio-system/r", "*.local", **SUBSETS), rule("c/r", "long-name", **SUBSETS)),
        (thing("VirtualService", "b/v", {"hosts": ["x.com"], "http": [{"route": [{"destination": {"host": "cart.a"}}]}], "exportTo": ["."]}),),
        (thing("Sidecar", "b/s", {"egress": [{"hosts": ["./*", "a/*"]}]}),),
        (thing("Sidecar", "b/s", {"egress": [{"hosts": ["*/cart.a.svc.cluster.local"]}]}),),
    ],
)  # fmt: skip
def test_what_namespaces_share_is_what_each_of_them_has_alone(own) -> None:
    homes = [one for name in "abc" for one in (namespace(name), workload(f"{name}/web"))]
    made = mesh(*homes, service("a/cart"), service("c/long-name"), *own, is_whole=True)
    together = ConfigSizes(made)
    for one in made.workloads:
        assert ConfigSizes(made).config_of(one).size == together.config_of(one).size


@pytest.mark.parametrize("port", ["tcp", "peer", "http"])
def test_a_pod_has_no_listener_for_its_own_address_behind_a_headless_service(port) -> None:
    ports = [{"name": port, "port": 5432}]
    headless = [
        thing(
            "Service", f"a/{app}", {"clusterIP": "None", "selector": {"app": app}, "ports": ports}
        )
        for app in ("one", "two")
    ]
    homes = [namespace("a"), *(workload(f"a/{app}", app=app) for app in ("one", "two", "none"))]
    made = mesh(*homes, *headless, is_whole=True)
    sizes, views = ConfigSizes(made), made.request_paths.views
    for one in made.workloads:
        view, counts = views.view_of(one), sizes.config_of(one).size.counts
        listeners = [*view.listeners.on(5432)]
        names = {chain.rds for each in listeners for chain in each.chains if chain.is_http}
        hosts = [name for name in names if ":" in name]
        assert (len(listeners) + 2, len(names), len(hosts) + 3 * (len(names) - len(hosts))) == (
            counts.listeners, counts.route_configurations, counts.virtual_hosts,
        )  # fmt: skip


def test_only_clients_that_labels_pick_are_sent_something_else() -> None:
    picked = {"matchLabels": {"app": "one"}}
    own = rule("a/r", "cart.a.svc.cluster.local", workloadSelector=picked, **SUBSETS)
    apps = ("one", "two", "three")
    homes = [namespace("a"), *(workload(f"a/{app}", app=app) for app in apps)]
    made = mesh(*homes, service("a/cart"), own, is_whole=True)
    sizes = ConfigSizes(made)
    clusters = {one.name: sizes.config_of(one).size.counts.clusters for one in made.workloads}
    assert clusters == {"one": 6, "two": 4, "three": 4}
