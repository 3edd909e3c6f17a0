"""What is in each picture of a mesh, what narrows it, and what is measured on its ways?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from meshctl.cluster.prometheus import Prometheus, Sample
from meshctl.engine.analyze import load_mesh, report_on
from meshctl.errors import UsageError
from meshctl.inspect.graph.answer import Question, draw
from meshctl.inspect.graph.namespaces import parted
from meshctl.inspect.graph.picture import VIEWS, Edge, Findings, Graph, View
from meshctl.inspect.tls.check import TlsCheck
from meshctl.mesh import Mesh
from meshctl.mesh.security.tls_connection import Result
from meshctl.settings import Settings
from meshctl.sources.loader import load
from tests.crowds import crowds
from tests.inspect.test_fixes_of_conflicts import Objects, objects
from tests.mesh.test_properties_of_truth import read

ALL = Settings(whole_mesh=True)
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  selector: {{matchLabels: {{app: {app}}}}}
  template:
    metadata: {{labels: {{app: {app}, version: {version}}}{annotations}}}
    spec:
      serviceAccountName: {name}
      containers: [{{name: app, image: app, env: [{{name: NEXT, value: "{calls}"}}]}}]
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{selector: {{app: {name}}}, ports: [{{name: http, port: 80}}]}}
"""


def deployment(
    name: str, namespace: str, *, app: str = "", version: str = "v1", calls: str = "",
    outside: bool = False,
) -> str:  # fmt: skip
    annotations = ', annotations: {sidecar.istio.io/inject: "false"}' if outside else ""
    return DEPLOYMENT.format(
        name=name, namespace=namespace, app=app or name, version=version, calls=calls,
        annotations=annotations,
    )  # fmt: skip


MESH = "---\n".join([
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}\n",
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: front, labels: {istio-injection: enabled}}\n",
    SERVICE.format(name="cart", namespace="shop"),
    deployment("cart-one", "shop", app="cart", calls="http://till:80"),
    deployment("cart-two", "shop", app="cart", version="v2"),
    SERVICE.format(name="till", namespace="shop"),
    deployment("till", "shop", calls="https://bank.example.com/pay"),
    SERVICE.format(name="old", namespace="shop"),
    deployment("old", "shop", outside=True),
    """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http:
    - route:
        - {destination: {host: cart, subset: one}, weight: 90}
        - {destination: {host: cart, subset: two}, weight: 10}
""",
    """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec:
  host: cart
  subsets: [{name: one, labels: {version: v1}}, {name: two, labels: {version: v2}}]
""",
    """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: till, namespace: shop}
spec: {host: till, trafficPolicy: {tls: {mode: DISABLE}}}
""",
    """\
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: STRICT}}
""",
    """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door, namespace: front}
spec:
  selector: {app: door}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com]}]
""",
    """\
apiVersion: v1
kind: Service
metadata: {name: door, namespace: front}
spec: {selector: {app: door}, ports: [{name: http, port: 80}]}
""",
    """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: door, namespace: front}
spec:
  selector: {matchLabels: {app: door}}
  template:
    metadata: {labels: {app: door}, annotations: {inject.istio.io/templates: gateway}}
    spec: {serviceAccountName: door, containers: [{name: istio-proxy, image: auto}]}
""",
    """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: outside, namespace: front}
spec:
  hosts: [shop.example.com]
  gateways: [door]
  http:
    - match: [{uri: {prefix: /cart}}]
      route: [{destination: {host: cart.shop.svc.cluster.local, subset: one}}]
    - route: [{destination: {host: till.shop.svc.cluster.local}}]
""",
    """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: bank, namespace: shop}
spec:
  hosts: [bank.example.com]
  location: MESH_EXTERNAL
  resolution: DNS
  ports: [{number: 443, name: tls, protocol: TLS}]
""",
    """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: till, namespace: shop}
spec:
  selector: {matchLabels: {app: till}}
  rules:
    - from: [{source: {principals: [cluster.local/ns/shop/sa/cart-one]}}]
      to: [{operation: {methods: [POST]}}]
    - from: [{source: {principals: [cluster.local/ns/shop/sa/cart-two]}}]
      to: [{operation: {methods: [GET]}}]
    - from: [{source: {namespaces: [front]}}]
      to: [{operation: {methods: [GET]}}]
""",
    """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: never-two, namespace: shop}
spec:
  selector: {matchLabels: {app: till}}
  action: DENY
  rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/cart-two]}}]}]
""",
])  # fmt: skip
CART, TILL = "service:cart.shop.svc.cluster.local", "service:till.shop.svc.cluster.local"
ONE, TWO = "subset:cart.shop.svc.cluster.local|one", "subset:cart.shop.svc.cluster.local|two"
OLD, BANK, DOOR = (
    "service:old.shop.svc.cluster.local",
    "service:bank.example.com",
    "gateway:front/door",
)


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Mesh:
    file = tmp_path_factory.mktemp("graph") / "mesh.yaml"
    file.write_text(MESH)
    return load_mesh(load([str(file)]), ALL)


def graph(mesh: Mesh, view: View, **more: Any) -> Graph:
    return draw(mesh, (), Question(view, **more))


def ways(drawn: Graph) -> dict[tuple[str, str, str], Edge]:
    return {(one.source, one.target, one.kind): one for one in drawn.edges}


def test_routing_has_gateways_subsets_weights_and_declared_calls(mesh: Mesh) -> None:
    drawn = graph(mesh, "routing")
    expected = {
        (DOOR, ONE, "route"): ((), "mtls"), (DOOR, TILL, "route"): ((), "conflict"),
        (CART, ONE, "route"): ((90,), "mtls"), (CART, TWO, "route"): ((10,), "mtls"),
        (CART, TILL, "call"): ((), "conflict"), (TILL, BANK, "call"): ((), "tls"),
    }  # fmt: skip
    assert expected == {way: (one.weights, one.tls) for way, one in ways(drawn).items()}
    kinds = {one.id: one.kind for one in drawn.nodes}
    assert ("gateway", "service", "subset", "external") == (
        kinds[DOOR], kinds[CART], kinds[ONE], kinds[BANK],
    )  # fmt: skip
    assert "service:door.front.svc.cluster.local" not in kinds  # its gateway stands for it
    objects = {one.id: one.objects for one in drawn.nodes}
    assert ("DestinationRule shop/cart", "Deployment shop/cart-two") == objects[TWO]


def test_mtls_has_what_clients_of_each_kind_get(mesh: Mesh) -> None:
    drawn = graph(mesh, "mtls")
    found = {way[:2]: one.tls for way, one in ways(drawn).items() if way[2] == "client"}
    inside, outside = "clients:sidecar", "clients:none"
    assert ("mtls", "conflict", "plaintext") == (
        found[inside, CART], found[inside, TILL], found[inside, OLD],
    )  # fmt: skip
    assert ("conflict", "conflict", "plaintext") == (
        found[outside, CART], found[outside, TILL], found[outside, OLD],
    )  # fmt: skip
    facts = {one.id: one.facts for one in drawn.nodes}
    assert "Deployment shop/till takes strict on 80" in facts[TILL]
    assert "Deployment shop/old takes none on 80" in facts[OLD]


def test_authorization_has_who_may_call_whom_and_leaves_out_who_is_denied(mesh: Mesh) -> None:
    drawn = graph(mesh, "authorization")
    found = {way[:2]: one.label for way, one in ways(drawn).items()}
    assert {(CART, TILL): "some requests", ("clients:all of front", TILL): "some requests"} == found
    facts = {one.id: one.facts for one in drawn.nodes}
    assert "DENY by AuthorizationPolicy shop/never-two" in facts[TILL]
    assert "no policy guards it: anyone may call it" in facts[CART]


def test_a_policy_without_rules_lets_nobody_in(tmp_path: Path) -> None:
    file = tmp_path / "mesh.yaml"
    nobody = (
        "---\napiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
        "metadata: {name: nobody, namespace: shop}\nspec: {selector: {matchLabels: {app: old}}}\n"
    )
    file.write_text(MESH + nobody)
    drawn = graph(load_mesh(load([str(file)]), ALL), "authorization")
    (old,) = (one for one in drawn.nodes if one.id == OLD)
    assert "nobody may call Deployment shop/old" in old.facts
    assert all(one.target != OLD for one in drawn.edges)


def test_ways_have_the_tls_of_tls_check(mesh: Mesh) -> None:
    drawn = {**ways(graph(mesh, "routing")), **ways(graph(mesh, "mtls"))}
    check = TlsCheck(mesh)
    for source, client in ((DOOR, "front/door"), ("clients:sidecar", "shop/cart-two")):
        rows: dict[str, set[str]] = {}
        for row in check.rows(client):
            rows.setdefault(
                f"service:{row.host}" if row.subset is None else f"subset:{row.host}|{row.subset}",
                set(),
            ).add(row.result)
        told = {way[1]: one.tls for way, one in drawn.items() if way[0] == source}
        assert told
        for target, tls in told.items():
            if target in rows:
                assert {tls} == rows[target], (source, target)


@settings(max_examples=40, deadline=None)
@given(given_objects=objects())
def test_any_mesh_has_a_picture(given_objects: Objects) -> None:
    mesh = read(given_objects)
    for view in VIEWS:
        drawn = graph(mesh, view)
        assert len({one.id for one in drawn.nodes}) == len(drawn.nodes)
        for edge in drawn.edges:
            assert edge.tls is None or edge.tls in set(Result)


def test_egress_has_outside_hosts_and_who_calls_them(mesh: Mesh) -> None:
    found = ways(graph(mesh, "egress"))
    assert ("clients:sidecar", BANK, "client") in found
    assert (TILL, BANK, "call") in found
    assert "ALLOW_ANY" == found["clients:sidecar", "clients:undeclared", "client"].label


@pytest.mark.parametrize("view", VIEWS)
def test_every_way_ends_at_nodes_and_pictures_are_the_same_each_time(
    mesh: Mesh, view: View
) -> None:
    drawn = graph(mesh, view)
    names = {one.id for one in drawn.nodes}
    assert {end for one in drawn.edges for end in (one.source, one.target)} <= names
    assert drawn == graph(mesh, view)


def test_a_namespace_keeps_its_nodes_and_their_neighbours(mesh: Mesh) -> None:
    drawn = graph(mesh, "routing", namespaces=("front",))
    assert {DOOR, ONE, TILL} == {one.id for one in drawn.nodes}


WAYPOINT = """\
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: way, namespace: shop}
spec:
  gatewayClassName: istio-waypoint
  listeners: [{name: mesh, port: 15008, protocol: HBONE}]
---
apiVersion: v1
kind: Service
metadata: {name: calm, namespace: shop, labels: {istio.io/use-waypoint: way}}
spec: {selector: {app: calm}, ports: [{name: http, port: 80}]}
"""


def crowded(tmp_path: Path, crowd: str, count: int, view: View, **more: Any) -> Graph:
    """Draw a crowd of bench/."""
    file = tmp_path / "crowd.yaml"
    file.write_text(crowds.text(crowd, count))
    return graph(load_mesh(load([str(file)]), ALL), view, **more)


def test_many_gateway_workloads_that_are_sent_the_same_are_one_node(tmp_path: Path) -> None:
    few = crowded(tmp_path, "gateways-of-many-workloads", 8, "routing")
    assert len([one for one in few.nodes if one.kind == "gateway"]) == 8
    (node,) = crowded(tmp_path, "gateways-of-many-workloads", 12, "routing").nodes
    assert node.id == "gateway:shop/gate-0"
    assert "stands for 12 gateway workloads that are sent the same" in node.facts[-1]
    named = {f"{kind} shop/gate-{n}" for n in range(12) for kind in ("Deployment", "Service")}
    assert named <= set(node.objects)
    focused = crowded(tmp_path, "gateways-of-many-workloads", 12, "routing", focus="gate-7.shop")
    assert focused.nodes == (node,)


def test_many_workloads_under_the_same_policies_are_one_node(tmp_path: Path) -> None:
    crowd = "request-authentications-of-one-label"  # has no Service
    few = crowded(tmp_path, crowd, 8, "authorization")
    assert len([one for one in few.nodes if one.kind == "workload"]) == 8
    many = crowded(tmp_path, crowd, 12, "authorization")
    (node,) = (one for one in many.nodes if one.kind == "workload")
    assert node.facts[0].startswith("stands for 12 workloads with the same policies: Deployment ")
    assert {f"Deployment shop/w-{n}" for n in range(12)} <= set(node.objects)
    (way,) = many.edges
    assert (way.target, len(way.objects)) == (node.id, 12)


def test_many_policies_over_many_services_are_a_node_between(tmp_path: Path) -> None:
    drawn = crowded(tmp_path, "policies-of-principals", 12, "authorization")
    (between,) = (one for one in drawn.nodes if one.name == "clients by 12 policies")
    assert len(between.objects) == 12
    services = {f"service:s-{n}.shop.svc.cluster.local" for n in range(12)}
    assert {one.source for one in drawn.edges if one.target == between.id} == services
    assert {one.target for one in drawn.edges if one.source == between.id} == services
    few = crowded(tmp_path, "policies-of-principals", 8, "authorization")
    assert len(few.edges) == 8 * 7


def test_pods_that_many_services_share_are_named_by_eight_of_them(tmp_path: Path) -> None:
    drawn = crowded(tmp_path, "services-and-pods-of-one-label", 20, "mtls")
    services = [one for one in drawn.nodes if one.kind == "service"]
    pods = [sum(one.startswith("Deployment ") for one in each.objects) for each in services]
    assert sorted(pods) == [10] * 12 + [20] * 8
    others = [one.facts for one in services if len(one.objects) < 20]
    more = "10 more workloads behind it, as behind others that name all"
    assert all({more, "20 workloads take unknown on 80"} <= set(facts) for facts in others)


def test_a_waypoint_is_a_fact_of_the_services_behind_it(tmp_path: Path) -> None:
    file = tmp_path / "mesh.yaml"
    file.write_text(MESH + WAYPOINT)
    drawn = graph(load_mesh(load([str(file)]), ALL), "routing")
    nodes = {one.name: one for one in drawn.nodes}
    assert "requests pass the waypoint shop/way" in nodes["calm"].facts
    assert "Gateway shop/way" in nodes["calm"].objects
    assert all("waypoint" not in fact for fact in nodes["cart"].facts)


def test_labels_keep_nodes_with_such_an_object(tmp_path: Path) -> None:
    file = tmp_path / "mesh.yaml"
    named = MESH.replace(
        "metadata: {name: door, namespace: front}\nspec: {selector",
        "metadata: {name: door, namespace: front, labels: {team: front}}\nspec: {selector",
    )
    file.write_text(named)
    drawn = graph(load_mesh(load([str(file)]), ALL), "routing", labels="team=front")
    assert {DOOR, ONE, TILL} == {one.id for one in drawn.nodes}


@pytest.mark.parametrize("name", ["till", "till.shop", "till.shop.svc.cluster.local"])
def test_a_focus_keeps_what_leads_to_it(mesh: Mesh, name: str) -> None:
    drawn = graph(mesh, "routing", focus=name)
    assert {DOOR, CART, TILL, BANK} == {one.id for one in drawn.nodes}


def test_a_focus_that_is_not_there_names_the_nearest(mesh: Mesh) -> None:
    with pytest.raises(UsageError, match=r"no service 'tills'; did you mean till\.shop"):
        graph(mesh, "routing", focus="tills")


def test_findings_are_counted_where_their_objects_are(mesh: Mesh, tmp_path: Any) -> None:
    file = tmp_path / "mesh.yaml"
    file.write_text(MESH)
    report = report_on(load([str(file)]), ALL)
    drawn = draw(mesh, report.findings, Question())
    nodes = {one.id: one.findings for one in drawn.nodes}
    about = [one for one in report.findings if one.resource.title == "DestinationRule shop/till"]
    assert about
    assert nodes[TILL].errors >= len([one for one in about if one.severity.value == "error"]) > 0
    assert nodes[BANK] == Findings() or nodes[BANK].total > 0
    told = draw(mesh, None, Question()).notes
    assert any("--findings" in note for note in told)


class Measured(Prometheus):
    """Answers by what an expression asks for."""

    def __init__(self, answers: Mapping[str, list[Sample]]) -> None:
        super().__init__("http://127.0.0.1:9090")
        self.answers = answers
        self.asked: list[str] = []

    def query(self, expression: str) -> list[Sample]:
        self.asked.append(expression)
        return next((found for part, found in self.answers.items() if part in expression), [])


def sample(workload: str, namespace: str, host: str, rate: float) -> Sample:
    labels = {
        "source_workload": workload, "source_workload_namespace": namespace,
        "destination_service": host,
    }  # fmt: skip
    return Sample(labels, rate)


def test_traffic_is_on_the_ways_it_takes(mesh: Mesh) -> None:
    till = "till.shop.svc.cluster.local"
    answers = {
        'source|waypoint",response_code=~"5..|0"': [sample("cart-one", "shop", till, 0.5)],
        'source|waypoint"}': [
            sample("cart-one", "shop", till, 2.0), sample("cart-two", "shop", till, 3.0),
            sample("door", "front", till, 4.0), sample("ghost", "shop", till, 1.0),
        ],
        'reporter="destination",source_workload="unknown"}': [sample("unknown", "unknown", till, 7.0)],
    }  # fmt: skip
    prometheus = Measured(answers)
    found = ways(draw(mesh, (), Question(), prometheus))
    call = found[CART, TILL, "call"]
    assert (5.0, 0.1) == (call.requests_per_second, call.error_share)
    assert 4.0 == found[DOOR, TILL, "route"].requests_per_second
    assert 1.0 == found["workload:shop/ghost", TILL, "traffic"].requests_per_second
    assert 7.0 == found["clients:outside", TILL, "traffic"].requests_per_second
    assert all(f"[{5}m]" in one for one in prometheus.asked)


def test_without_measurements_a_note_says_so(mesh: Mesh) -> None:
    notes = draw(mesh, (), Question(), Measured({})).notes
    assert any("no istio_requests_total" in note for note in notes)


def test_many_nodes_are_parted_by_namespace(mesh: Mesh) -> None:
    drawn = graph(mesh, "routing")
    whole = parted(drawn)
    assert {"namespace:front", "namespace:shop"} == {one.id for one in whole.overview.nodes}
    (edge,) = whole.overview.edges
    assert ("namespace:front", "namespace:shop", "2 ways", "conflict") == (
        edge.source, edge.target, edge.label, edge.tls,
    )  # fmt: skip
    parts = dict(whole.parts)
    assert {one.id for one in drawn.nodes} == {
        one.id for part in parts.values() for one in part.nodes
    }
    assert {DOOR, ONE, TILL} == {one.id for one in parts["front"].nodes}
