"""What istiod gives ztunnels and waypoints: waypoints, policies, peers, chains, endpoints."""

from typing import Any

import pytest
from ambient_meshes import make, mesh, namespace, peer, pod, policy, service, waypoint

from meshctl.mesh.ambient.authorization_conversion import acceptance, converted
from meshctl.mesh.ambient.connection_match import ANONYMOUS, Peer, PeerConnection, matches
from meshctl.mesh.ambient.ztunnel_policy import Effect
from meshctl.mesh.workloads.membership import Membership

USE = {"istio.io/use-waypoint": "way"}
OUT = {"istio.io/use-waypoint": "none"}
PICKS = {"selector": {"matchLabels": {"app": "shop"}}}
GET = {"to": [{"operation": {"methods": ["GET"]}}]}
SHOP = {"from": [{"source": {"principals": ["cluster.local/ns/a/sa/shop"]}}]}


def bound(*objects: Any, key: str = "a/shop.a.svc.cluster.local") -> Any:
    binding = mesh(*objects).ambient.api.services[key].binding
    if binding.refusal is not None:
        return binding.refusal.reason
    return binding.bound.gateway.key_name if binding.bound is not None else None


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([namespace("a"), service("a/shop")], None),
        ([namespace("a", use_waypoint="way"), service("a/shop"), waypoint("a/way")], "a/way"),
        ([namespace("a", use_waypoint="way"), service("a/shop", labels=OUT), waypoint("a/way")],
         None),
        # The label of the object hides that of the namespace, even where its waypoint isn't ready.
        ([namespace("a", use_waypoint="way"), waypoint("a/way"),
          service("a/shop", labels={"istio.io/use-waypoint": "other"})], "WaypointIsNotReady"),
        ([namespace("a"), service("a/shop", labels=USE), waypoint("a/way", ready=False)],
         "WaypointIsNotReady"),
        ([namespace("a"), service("a/shop", labels={"istio.io/use-waypoint": ""})],
         "WaypointIsNotReady"),
        ([namespace("a"), waypoint("b/way"),
          service("a/shop", labels=USE | {"istio.io/use-waypoint-namespace": "b"})],
         "AttachmentDenied"),
        ([namespace("a"), waypoint("b/way", "All"),
          service("a/shop", labels=USE | {"istio.io/use-waypoint-namespace": "b"})], "b/way"),
        ([namespace("a", team="1"), service("a/shop", labels=USE),
          waypoint("a/way", {"from": "Selector", "selector": {"matchLabels": {"x": "y"}}})],
         "AttachmentDenied"),
        ([namespace("a"), service("a/shop", labels=USE),
          waypoint("a/way", {"from": "Selector", "selector": {}})], "a/way"),
        ([namespace("a"), service("a/shop", labels=USE),
          waypoint("a/way", labels={"istio.io/waypoint-for": "workload"})],
         "UnsupportedTrafficType"),
        ([namespace("a"), service("a/shop", labels=USE), waypoint("a/way"),
          make("GatewayClass", "istio-waypoint", labels={"istio.io/waypoint-for": "none"})],
         "UnsupportedTrafficType"),
        ([namespace("a"), service("a/shop", labels=USE),
          waypoint("a/way", labels={"istio.io/waypoint-for": "all"}),
          make("GatewayClass", "istio-waypoint", labels={"istio.io/waypoint-for": "none"})],
         "a/way"),
        ([namespace("a", use_waypoint="way"), waypoint("a/way"),
          service("a/shop", labels={"gateway.istio.io/managed": "istio.io-mesh-controller"})],
         None),
    ],
)  # fmt: skip
def test_which_waypoint_serves_a_service(objects, expected) -> None:
    assert expected == bound(*objects)


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        ([namespace("a", use_waypoint="way"), waypoint("a/way")], None),
        ([namespace("a", use_waypoint="way"),
          waypoint("a/way", labels={"istio.io/waypoint-for": "all"})], "a/way"),
    ],
)  # fmt: skip
def test_pods_inherit_a_waypoint_for_workloads_alone(objects, expected) -> None:
    made = mesh(*objects, pod("a/shop-1"))
    (shop,) = made.workloads
    binding = made.ambient.waypoints.of_pod(shop)
    assert (expected, None) == (
        binding.bound.gateway.key_name if binding.bound else None, binding.refusal,
    )  # fmt: skip


def test_a_pod_with_the_label_of_a_waypoint_for_services_is_told_so() -> None:
    made = mesh(namespace("a"), waypoint("a/way"), pod("a/shop-1", labels=USE))
    (shop,) = made.workloads
    assert "UnsupportedTrafficType" == made.ambient.waypoints.of_pod(shop).refusal.reason


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [({}, Membership.NONE), ({"ambient.istio.io/redirection": "enabled"}, Membership.AMBIENT)],
)
def test_the_annotation_of_a_running_pod_decides_not_its_namespace(annotations, expected) -> None:
    made = mesh(namespace("a"), pod("a/shop-1", annotations=annotations))
    (shop,) = made.workloads
    assert expected is made.workloads.membership(shop)


def test_labels_decide_for_pods_that_are_yet_to_come() -> None:
    template = {"metadata": {"labels": {"app": "shop"}}, "spec": {"containers": [{"name": "a"}]}}
    data = make("Deployment", "a/shop", {"template": template}).data | {"apiVersion": "apps/v1"}
    deployment = type(pod("a/x"))(make("Pod", "a/x").document, data)
    made = mesh(namespace("a"), deployment)
    assert Membership.AMBIENT is made.workloads.membership(deployment)


@pytest.mark.parametrize(
    ("written", "groups", "effects"),
    [
        (policy("a/p", GET), 0, []),
        (policy("a/p", SHOP, GET), 1, [Effect.AS_WRITTEN]),
        (policy("a/p", {**SHOP, "when": [{"key": "source.serviceAccount", "values": ["x"]}]}),
         0, []),
        (policy("a/p", GET, action="DENY"), 1, [Effect.NEVER]),
        (policy("a/p", {**SHOP, **GET}, action="DENY"), 1, [Effect.NEVER]),
        (policy("a/p", {"to": [{"operation": {"methods": ["GET"], "ports": ["80"]}}]},
                action="DENY"), 1, [Effect.WIDENED]),
        (policy("a/p", {}, action="DENY"), 1, [Effect.AS_WRITTEN]),
    ],
)  # fmt: skip
def test_what_ztunnel_gets_of_rules(written, groups, effects) -> None:
    found = converted(written, "istio-system")
    assert (groups, effects) == (len(found.groups), [one.effect for one in found.groups])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (policy("a/p", SHOP), (True, "Accepted")),
        (policy("a/p", GET), (True, "UnsupportedValue")),
        (policy("a/p", {}, action="AUDIT"), (False, "UnsupportedValue")),
        (policy("a/p", {}, annotations={"istio.io/dry-run": "true"}), (False, "UnsupportedValue")),
        (policy("a/p", {}, targetRefs=[{"kind": "Service", "name": "shop"}]), None),
    ],
)
def test_what_istiod_says_of_sending_a_policy(written, expected) -> None:
    said = acceptance(written)
    assert expected == (said and (said.accepted, said.reason))


ME = Peer("cluster.local", "a", "shop")
OTHER = Peer("cluster.local", "b", "cart")


@pytest.mark.parametrize(
    ("written", "peer_of", "port", "expected"),
    [
        (policy("a/p", SHOP), ME, 80, True),
        (policy("a/p", SHOP), OTHER, 80, False),
        (policy("a/p", SHOP), ANONYMOUS, 80, False),
        (policy("a/p", {"from": [{"source": {"principals": ["*/sa/cart"]}}]}), OTHER, 80, True),
        (policy("a/p", {"from": [{"source": {"notNamespaces": ["a"]}}]}), ANONYMOUS, 80, True),
        (policy("a/p", {"from": [{"source": {"serviceAccounts": ["shop"]}}]}), ME, 80, True),
        (policy("a/p", {**SHOP, "to": [{"operation": {"ports": ["80"]}}]}), ME, 81, False),
        (policy("a/p", {}), ANONYMOUS, 1, True),
        (policy("a/p"), ME, 80, False),
        # Without what ztunnel can't see a clause is empty, and matches nothing.
        (policy("a/p", GET, action="DENY"), ANONYMOUS, 80, False),
        (policy("a/p", {"to": [{"operation": {"methods": ["GET"]}},
                               {"operation": {"ports": ["80"]}}]}, action="DENY"), ME, 80, True),
    ],
)  # fmt: skip
def test_ztunnel_matches_connections(written, peer_of, port, expected) -> None:
    connection = PeerConnection(peer_of, port)
    assert expected is matches(converted(written, "istio-system"), connection)


@pytest.mark.parametrize(
    ("policies", "port", "expected", "place"),
    [
        ([], 80, "permissive", None),
        ([peer("a/n", "STRICT")], 80, "strict", "a/n"),
        ([peer("istio-system/m", "STRICT")], 80, "strict", "istio-system/m"),
        ([peer("istio-system/m", "STRICT"), peer("a/n", "DISABLE")], 80, "permissive", "a/n"),
        ([peer("istio-system/w", "STRICT", **PICKS)], 80, "permissive", None),
        ([peer("a/n", "STRICT"), peer("a/w", ports={80: "PERMISSIVE"}, **PICKS)], 80,
         "permissive", "a/w"),
        ([peer("a/n", "STRICT"), peer("a/w", ports={80: "PERMISSIVE"}, **PICKS)], 81,
         "strict", "a/n"),
        # DISABLE on a port makes no exception from what is inherited, only from its own STRICT.
        ([peer("a/n", "STRICT"), peer("a/w", ports={80: "DISABLE"}, **PICKS)], 80,
         "strict", "a/n"),
        ([peer("a/w", "STRICT", {80: "DISABLE"}, **PICKS)], 80, "permissive", "a/w"),
        ([peer("a/w", "PERMISSIVE", {80: "STRICT"}, **PICKS)], 80, "strict", "a/w"),
        # Below a STRICT mesh such a port is taken for strict already, and stays open.
        ([peer("istio-system/m", "STRICT"), peer("a/w", "PERMISSIVE", {80: "STRICT"}, **PICKS)],
         80, "permissive", "a/w"),
    ],
)  # fmt: skip
def test_what_ztunnel_demands(policies, port, expected, place) -> None:
    peers = mesh(namespace("a"), *policies).ambient.policies.peers
    found = peers.demand("a", {"app": "shop"}, port)
    assert (expected, place) == (found.mode, found.ref and found.ref.resource.key_name)


TO_SERVICE = {"targetRefs": [{"kind": "Service", "group": "", "name": "shop"}]}
TO_GATEWAY = {
    "targetRefs": [{"kind": "Gateway", "group": "gateway.networking.k8s.io", "name": "way"}]
}
TO_CLASS = {
    "targetRefs": [
        {"kind": "GatewayClass", "group": "gateway.networking.k8s.io", "name": "istio-waypoint"}
    ]
}
STEM = "inbound-vip|80|http|shop.a.svc.cluster.local"
OPAQUE = "inbound-vip|9000|tcp|shop.a.svc.cluster.local"


@pytest.mark.parametrize(
    ("written", "chains"),
    [
        (policy("a/p", SHOP, **PICKS), {}),
        (policy("a/p", SHOP), {}),
        (policy("a/p", SHOP, **TO_SERVICE), {STEM: 1, OPAQUE: 1}),
        (policy("b/p", SHOP, **TO_SERVICE), {}),
        (policy("a/p", GET, **TO_SERVICE), {STEM: 1, OPAQUE: 0}),
        (policy("a/p", GET, action="DENY", **TO_SERVICE), {STEM: 1, OPAQUE: 1}),
        (policy("a/p", SHOP, **TO_GATEWAY),
         {STEM: 1, OPAQUE: 1, "direct-tcp": 1, "direct-http": 1}),
        (policy("a/p", SHOP, **TO_CLASS), {}),
        (policy("istio-system/p", SHOP, **TO_CLASS),
         {STEM: 1, OPAQUE: 1, "direct-tcp": 1, "direct-http": 1}),
    ],
)  # fmt: skip
def test_a_waypoint_enforces_by_target_refs_alone(written, chains) -> None:
    made = mesh(namespace("a"), service("a/shop", labels=USE), waypoint("a/way"), written)
    way = made.ambient.waypoints.find("a/way")
    found = {one.name: one.rbac for one in made.ambient.chains(way)}
    assert {STEM, OPAQUE, "direct-tcp", "direct-http"} == found.keys()
    assert chains == {name: len(rbac[0].policies) for name, rbac in found.items() if rbac}


def test_only_gateways_go_to_waypoints_and_only_where_a_label_says_so() -> None:
    labels = USE | {"istio.io/ingress-use-waypoint": "true"}
    instance = pod(
        "a/way-1", "way", annotations={}, labels={"gateway.networking.k8s.io/gateway-name": "way"}
    )
    made = mesh(
        namespace("a"), pod("a/shop-1"), service("a/shop", labels=labels), waypoint("a/way"),
        instance,
    )  # fmt: skip
    shop = made.ambient.api.services["a/shop.a.svc.cluster.local"]
    ways = {
        by: [(one.end.name, one.by_waypoint) for one in made.ambient.endpoints.of_port(
            shop, shop.host.ports[0], from_gateway=by)]
        for by in (False, True)
    }  # fmt: skip
    assert {False: [("shop-1", False)], True: [("way-1", True)]} == ways
