"""Requests from and to pods in ambient mode: ztunnel, its policies, HBONE, waypoints."""

import pytest
from ambient_meshes import AMBIENT, REDIRECTED, make, mesh, namespace, peer, policy, service
from ambient_meshes import waypoint as waypoint_of

from meshctl.inspect.trace.answer import trace
from meshctl.inspect.trace.requests import make_request
from meshctl.resources import make_resource
from meshctl.sources.documents import Document

ADDRESSES = {"till": "10.1.0.2", "side": "10.1.0.3", "old": "10.1.0.4", "shop": "10.1.0.5"}


def pod(home, app, *containers, **annotations):
    """Make a running pod with an address of its own."""
    names = ("app", *containers)
    spec = {"serviceAccountName": app, "containers": [{"name": one} for one in names]}
    status = {"phase": "Running", "podIP": ADDRESSES[home]}
    return make(
        "Pod", f"{home}/{app}", spec, labels={"app": app}, annotations=annotations, status=status
    )


def asked(*more, client="till", host="shop.shop", port=80):
    """Follow a request to shop/shop, from a pod in ambient mode, with a sidecar, or in no mesh."""
    labels = {key: text for one in more if isinstance(one, dict) for key, text in one.items()}
    made = mesh(
        namespace("till"),
        make("Namespace", "shop", labels=AMBIENT | labels),
        make("Namespace", "side", labels={"istio-injection": "enabled"}),
        make("Namespace", "old"),
        pod("till", "till", **REDIRECTED),
        pod("side", "till", "istio-proxy"),
        pod("old", "till"),
        pod("shop", "shop", **REDIRECTED),
        service("shop/shop"),
        *(one for one in more if not isinstance(one, dict)),
    )
    sender = "outside" if client == "gateway" else f"till.{client}"
    return trace(made, make_request(f"http://{host}:{port}/", sender), "default")


def result(one):
    return one.outcome, one.status, one.tls


def allowing(account, **to):
    rule = {"from": [{"source": {"principals": [f"cluster.local/ns/{account}"]}}]}
    return policy("shop/p", rule | ({"to": [{"operation": to}]} if to else {}))


def denying(account, **to):
    made = allowing(account, **to)
    return policy("shop/p", *made.data["spec"]["rules"], action="DENY")


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("till", ("forwarded", None, "mtls")),
        ("side", ("forwarded", None, "mtls")),
        ("old", ("forwarded", None, "plaintext")),
    ],
)
def test_ambient_takes_hbone_and_plaintext(client, expected) -> None:
    assert result(asked(client=client)) == expected


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("till", ("forwarded", None, "mtls")),
        ("side", ("forwarded", None, "mtls")),
        ("old", ("tls-conflict", None, "conflict")),
    ],
)
def test_strict_refuses_what_comes_without_hbone(client, expected) -> None:
    assert result(asked(peer("shop/p", "STRICT"), client=client)) == expected


def test_of_peer_authentications_disable_refuses_no_hbone() -> None:
    assert result(asked(peer("shop/p", "DISABLE"))) == ("forwarded", None, "mtls")


@pytest.mark.parametrize("client", ["till", "side"])
def test_policies_see_the_identity_that_the_tunnel_brings(client) -> None:
    name = f"{client}/sa/till"
    assert asked(allowing(name), client=client).outcome == "forwarded"
    assert asked(allowing("other/sa/till"), client=client).outcome == "denied"
    assert asked(denying(name), client=client).outcome == "denied"
    assert asked(denying("other/sa/till"), client=client).outcome == "forwarded"


def test_plaintext_has_no_identity() -> None:
    assert asked(allowing("old/sa/till"), client="old").outcome == "denied"
    assert asked(denying("old/sa/till"), client="old").outcome == "forwarded"


def test_a_sidecar_answers_503_where_ztunnel_refuses_its_connection() -> None:
    assert asked(allowing("other/sa/till"), client="side").status == 503
    assert asked(allowing("other/sa/till"), client="till").status is None


def test_ports_of_policies_are_those_of_the_pod() -> None:
    assert asked(allowing("till/sa/till", ports=["8080"])).outcome == "forwarded"
    assert asked(allowing("till/sa/till", ports=["80"])).outcome == "denied"


def test_rules_about_requests_allow_nothing_and_deny_more() -> None:
    one = asked(allowing("till/sa/till", methods=["GET"]))
    assert one.outcome == "denied"
    assert one.authorization.policy == "shop/p"
    wide = denying("till/sa/till", methods=["DELETE"], ports=["8080"])
    assert asked(wide).outcome == "denied"
    nothing_left = denying("till/sa/till", methods=["DELETE"])
    assert asked(nothing_left).outcome == "forwarded"


def test_the_rule_that_decides_is_named() -> None:
    found = asked(denying("till/sa/till")).authorization
    assert (found.decision, found.policy, found.rule) == ("deny", "shop/p", 0)


def test_ambient_reads_no_routes_and_no_rules_of_destinations() -> None:
    fault = {
        "hosts": ["shop.shop.svc.cluster.local"],
        "http": [{"directResponse": {"status": 418}}],
    }
    assert asked(make("VirtualService", "shop/v", fault)).outcome == "forwarded"


def test_a_port_that_a_service_lacks_has_no_endpoint() -> None:
    assert asked(port=81).outcome == "no-endpoint"


def test_a_pod_is_reached_by_its_own_address() -> None:
    assert result(asked(host=ADDRESSES["shop"], port=8080)) == ("forwarded", None, "mtls")


def test_what_no_service_has_passes_through() -> None:
    assert result(asked(host="192.0.2.1")) == ("forwarded", None, "plaintext")


USES = {"istio.io/use-waypoint": "gate"}
GATE = waypoint_of("shop/gate")
HOST = "shop.shop.svc.cluster.local"


def ways(one):
    return [hop.at for hop in one.hops]


def at_gate(*rules, action="ALLOW", kind="Service", group="", name="shop"):
    target = {"group": group, "kind": kind, "name": name}
    return policy("shop/p", *rules, action=action, targetRefs=[target])


def routed(*http, home="shop", hosts=(HOST,)):
    return make("VirtualService", f"{home}/v", {"hosts": list(hosts), "http": list(http)})


def test_the_waypoint_of_a_service_takes_what_comes_from_ambient() -> None:
    one = asked(USES, GATE)
    assert result(one) == ("forwarded", None, "mtls")
    assert ways(one) == ["ambient", "waypoint", "ambient"]


@pytest.mark.parametrize("client", ["side", "old"])
def test_what_has_no_ztunnel_goes_past_waypoints(client) -> None:
    one = asked(USES, GATE, at_gate(), client=client)
    assert (one.outcome, "waypoint" in ways(one)) == ("forwarded", False)


@pytest.mark.parametrize(
    "gate",
    [
        [],
        [waypoint_of("shop/gate", ready=False)],
        [waypoint_of("shop/gate", labels={"istio.io/waypoint-for": "workload"})],
        [GATE, make("Namespace", "shop", labels=AMBIENT | {"istio.io/use-waypoint": "none"})],
    ],
)
def test_a_waypoint_that_serves_nobody_is_passed_by(gate) -> None:
    assert ways(asked(USES, *gate)) == ["ambient", "ambient"]


def test_a_gateway_without_status_is_ready_in_files_and_not_in_a_cluster() -> None:
    written = make("Gateway", "shop/gate", GATE.data["spec"])
    assert "waypoint" not in ways(asked(USES, written))
    template = {"metadata": {"labels": {"app": "till"}}, "spec": {"containers": [{"name": "app"}]}}
    of_files = mesh(
        make("Namespace", "shop", labels=AMBIENT | USES),
        make("Deployment", "shop/till", {"template": template}),
        service("shop/shop"),
        written,
    )
    one = trace(of_files, make_request("http://shop/", "till.shop"), "default")
    assert "waypoint" in ways(one)


def test_the_waypoint_of_pods_takes_what_is_for_their_addresses() -> None:
    gate = waypoint_of("shop/gate", labels={"istio.io/waypoint-for": "workload"})
    own = ADDRESSES["shop"]
    assert asked(USES, gate, host=own, port=8080).outcome == "unknown"
    assert asked(USES, GATE, host=own, port=8080).outcome == "forwarded"


POST = {"to": [{"operation": {"methods": ["POST"]}}]}
GET = {"to": [{"operation": {"methods": ["GET"]}}]}
TILL = {"from": [{"source": {"principals": ["cluster.local/ns/till/sa/till"]}}]}
API = "gateway.networking.k8s.io"


@pytest.mark.parametrize(
    ("written", "status"),
    [
        (at_gate(GET), None),
        (at_gate(POST), 403),
        (at_gate(TILL), None),
        (at_gate(TILL, action="DENY"), 403),
        (at_gate(POST, kind="Gateway", group=API, name="gate"), 403),
        (at_gate(POST, name="other"), None),
        (at_gate(POST, kind="Gateway", group=API, name="other"), None),
    ],
)
def test_waypoints_obey_the_policies_that_target_them(written, status) -> None:
    one = asked(USES, GATE, written)
    assert (one.outcome, one.status) == ("denied" if status else "forwarded", status)


def test_behind_a_waypoint_ztunnel_sees_the_identity_of_the_waypoint() -> None:
    assert asked(USES, GATE, allowing("till/sa/till")).outcome == "denied"
    assert asked(USES, GATE, allowing("shop/sa/gate")).outcome == "forwarded"


def test_waypoints_follow_the_routes_of_their_services() -> None:
    teapot = {"directResponse": {"status": 418}}
    assert asked(USES, GATE, routed(teapot)).status == 418
    assert asked(USES, GATE, routed(teapot, hosts=["other"])).status is None
    elsewhere = routed({"match": [{"uri": {"exact": "/x"}}], **teapot})
    assert asked(USES, GATE, elsewhere).outcome == "no-route"


def test_routes_of_other_namespaces_mean_nothing_to_a_waypoint() -> None:
    teapot = {"directResponse": {"status": 418}}
    assert asked(USES, GATE, routed(teapot, home="old")).status is None


def test_waypoints_drop_matches_by_source_labels() -> None:
    by_label = {"match": [{"sourceLabels": {"app": "till"}}], "directResponse": {"status": 418}}
    rest = {"route": [{"destination": {"host": "shop"}}]}
    assert asked(USES, GATE, routed(by_label, rest)).outcome == "forwarded"


def test_a_route_of_a_waypoint_leads_to_a_subset_that_is_missing() -> None:
    to = {"route": [{"destination": {"host": "shop", "subset": "x"}}]}
    assert asked(USES, GATE, routed(to)).outcome == "no-cluster"


def test_bare_connections_go_through_waypoints_too() -> None:
    assert "waypoint" in ways(asked(USES, GATE, port=9000))
    assert asked(USES, GATE, at_gate(POST), port=9000).outcome == "denied"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({}, ["gateway", "ambient"]),
        ({"istio.io/ingress-use-waypoint": "true"}, ["gateway", "waypoint", "ambient"]),
        ({"istio.io/ingress-use-waypoint": "false"}, ["gateway", "ambient"]),
    ],
)
def test_gateways_go_to_waypoints_where_a_label_asks_for_it(labels, expected) -> None:
    server = {"port": {"number": 80, "name": "web", "protocol": "HTTP"}, "hosts": ["shop.test"]}
    to = {"route": [{"destination": {"host": HOST}}]}
    door = make("Gateway", "old/door", {"selector": {"app": "door"}, "servers": [server]})
    data = door.data | {"apiVersion": "networking.istio.io/v1"}
    door = make_resource(Document("f", 1, "", data), data, (), "old")
    spec = {"serviceAccountName": "door", "containers": [{"name": "istio-proxy"}]}
    router = make("Pod", "old/door", spec, labels={"app": "door"})
    service_of = service("old/door", "door", spec={"ports": [{"name": "http", "port": 80}]})
    hosts = {"hosts": ["shop.test"], "gateways": ["door"], "http": [to]}
    one = asked(
        USES | labels, GATE, door, router, service_of, make("VirtualService", "old/v", hosts),
        client="gateway", host="shop.test",
    )  # fmt: skip
    assert (one.outcome, ways(one)) == ("forwarded", expected)
