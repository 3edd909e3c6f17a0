"""What is said of a pod, a Service and a gateway of one small mesh that has everything."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.engine.analyze import load_mesh
from meshctl.engine.objects import unwrap
from meshctl.errors import UsageError
from meshctl.inspect.describe import Description
from meshctl.inspect.describe import describe as described
from meshctl.inspect.describe.service import ServiceAnswer
from meshctl.inspect.targets import find
from meshctl.mesh import Mesh
from meshctl.output.describe.policies import mode_lines
from meshctl.output.describe.text import lines as text_lines
from meshctl.output.describe.write import description_form
from meshctl.resources import Service, Workload
from meshctl.settings import Settings
from meshctl.sources.documents import Document
from meshctl.sources.loader import Unread, load

BAKERY = Path(__file__).parent / "meshes/bakery.yaml"
SETTINGS = Settings()


def describe(mesh: Mesh, what: str, name: str, settings: Settings = SETTINGS) -> "Told":
    return Told(described(mesh, what, name, settings))


class Told(dict[str, Any]):
    """A description as JSON has it, which can also be read as text."""

    def __init__(self, description: Description) -> None:
        super().__init__(description_form(description))
        self.description = description


def lines(told: Told) -> Iterator[str]:
    return text_lines(told.description)


@pytest.fixture(scope="module")
def mesh() -> Mesh:
    return load_mesh(load([str(BAKERY)]), SETTINGS)


@pytest.fixture(scope="module")
def pod(mesh: Mesh) -> dict[str, Any]:
    return describe(mesh, "pod", "oven-v1.bakery", SETTINGS)


@pytest.fixture(scope="module")
def service(mesh: Mesh) -> dict[str, Any]:
    return describe(mesh, "service", "oven.bakery", SETTINGS)["service"]


def written(place: dict[str, Any] | None) -> str:
    """The line of the mesh that an answer points at."""
    assert place is not None
    return BAKERY.read_text(encoding="utf-8").splitlines()[place["line"] - 1].strip(" -")


def test_the_pod_and_its_proxy(pod: dict[str, Any]) -> None:
    assert ("Deployment", "oven-v1") == (pod["pod"]["kind"], pod["pod"]["name"])
    assert ("sidecar", "default", "baker") == (
        pod["proxy"], pod["revision"], pod["service_account"],
    )  # fmt: skip
    assert "injected" == pod["injection"]["verdict"]
    assert [("web", 8080)] == [(one["name"], one["number"]) for one in pod["ports"]]


def test_how_the_protocol_of_each_port_was_chosen(service: dict[str, Any]) -> None:
    assert [
        (80, "HTTP", "port name", [8080]),
        (90, "TCP", "appProtocol", [9090]),
        (3306, "TCP", "well-known port number", [3306]),
        (7000, "auto", "auto-detect", []),
    ] == [
        (one["number"], one["protocol"], one["chosen_by"], one["pod_ports"])
        for one in service["ports"]
    ]


def test_peer_authentication_of_each_port_with_its_object(pod: dict[str, Any]) -> None:
    demand = pod["peer_authentication"]
    assert ("STRICT", "whole") == (demand["mode"], demand["decided_by"]["name"])
    modes = {one["port"]: (one["mode"], one["decided_by"]["name"]) for one in demand["ports"]}
    strict = ("STRICT", "whole")
    assert {3306: strict, 8080: strict, 9090: ("DISABLE", "oven")} == modes
    decided = next(one["decided_by"] for one in demand["ports"] if one["port"] == 9090)
    assert "9090: {mode: DISABLE}" == written(decided["location"])
    assert [("oven", True), ("whole", True)] == [
        (one["name"], one["counts"]) for one in demand["objects"]
    ]


def test_authorization_in_the_order_of_evaluation(pod: dict[str, Any]) -> None:
    policies = pod["authorization"]["policies"]
    assert [("CUSTOM", "asked"), ("DENY", "refused"), ("ALLOW", "callers")] == [
        (one["action"], one["name"]) for one in policies
    ]
    assert [False, True, False] == [one["dry_run"] for one in policies]
    assert ["namespaces shop"] == policies[2]["rules"][0]["from"]
    assert ["methods GET and paths /bread"] == policies[2]["rules"][0]["to"]
    callers = pod["authorization"]["callers"]
    assert callers.startswith("who meets a rule of ALLOW: namespaces shop; if asked, the external")


def test_callers_may_be_denied() -> None:
    rule = {"from": [{"source": {"namespaces": ["yard"]}}]}
    policy = {
        "apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy",
        "metadata": {"name": "no-yard", "namespace": "bakery"},
        "spec": {"action": "DENY", "rules": [rule]},
    }  # fmt: skip
    template = {"metadata": {"labels": {"app": "till"}}, "spec": {"containers": [{"name": "a"}]}}
    till = {
        "apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": template},
        "metadata": {"name": "till", "namespace": "bakery"},
    }  # fmt: skip
    documents = [Document("mesh.yaml", 1, str(one), one) for one in (policy, till)]
    made = Mesh(tuple(unwrap(documents, "default")))
    callers = describe(made, "pod", "till.bakery", SETTINGS)["authorization"]["callers"]
    assert callers.startswith("everyone, ")
    assert callers.endswith("; but nobody with a request that meets a rule of DENY")


def test_what_else_shapes_the_proxy(pod: dict[str, Any]) -> None:
    assert ["example.com"] == pod["request_authentications"][0]["issuers"]
    assert "default" == pod["sidecar"]["name"]
    assert [["logs"], ["patch"], ["plugin"]] == [
        [one["name"] for one in pod[key]]
        for key in ("telemetries", "envoy_filters", "wasm_plugins")
    ]


def test_the_subsets_of_the_pod(pod: dict[str, Any]) -> None:
    rule = pod["services"][0]["destination_rule"]
    assert ["connectionPool", "port 90: tls"] == rule["policy"]
    assert [("v1", ["bakery/oven-v1"]), ("v2", ["bakery/oven-v2"])] == [
        (one["name"], one["workloads"]) for one in rule["subsets"]
    ]
    assert "{name: v1, labels: {version: v1}}" == written(rule["subsets"][0]["location"])


def test_what_clients_send(service: dict[str, Any]) -> None:
    sent = {(one["port"], one["subset"]): one["tls"] for one in service["client_tls"]}
    assert ("auto", "plaintext") == (sent[80, None], sent[90, "v1"])


def test_routes_in_order_with_dead_ones(pod: dict[str, Any]) -> None:
    own = pod["services"][0]["virtual_services"][0]
    assert ("oven", True) == (own["name"], own["is_for_sidecars"])
    assert [
        ("prefix '/bread'", False, None),
        ("exact '/bread/rye'", True, "prefix '/bread' takes its requests"),
        ("every path", True, None),
    ] == [(one["match"], one["reaches"], one["dead"]) for one in own["routes"]]
    assert "match:" == written(own["routes"][1]["location"])


def test_upstreams_are_named_as_routes_names_them(mesh: Mesh) -> None:
    told = "\n".join(lines(describe(mesh, "service", "oven.bakery")))
    assert "-> oven:80 subset v1" in told
    assert "/v1:" not in told


def test_other_services_that_lead_there(service: dict[str, Any]) -> None:
    others = service["virtual_services"][1:]
    assert {"door": ["prefix '/oven'"], "bytes": ["every connection"]} == {
        one["name"]: [route["match"] for route in one["routes"]] for one in others
    }


def test_entrances(service: dict[str, Any]) -> None:
    assert [
        ("door", 80, [80], "HTTP", True, ["bread.example.com"]),
        ("door", 443, [443], "HTTPS", False, ["bread.example.com"]),
        ("door", 5432, [], "TCP", False, ["*"]),
        ("side", 8000, [], "HTTP", False, ["side.example.com"]),
    ] == [
        (
            one["gateway"]["name"], one["port"], one["outside_ports"], one["protocol"],
            one["redirects_to_https"], one["hosts"],
        )
        for one in service["exposed"]
    ]  # fmt: skip
    first = service["exposed"][0]
    assert (["192.0.2.7"], [30080]) == (first["addresses"], first["node_ports"])
    assert ["prefix '/oven'"] == [one["match"] for one in first["routes"]]


def test_a_gateway_with_its_conflict(mesh: Mesh) -> None:
    form = describe(mesh, "gateway", "door.bakery", SETTINGS)
    fates = [one["fates"][0] for one in form["servers"]]
    assert [False, False, True, False] == [one["dropped"] for one in fates]
    assert [8080, 8443, 8443, 5432] == [one["pod_port"] for one in fates]
    certificate = form["servers"][1]["certificates"][0]
    assert ("bread-cert", ["bakery"], None) == (
        certificate["name"], certificate["namespaces"], certificate["found"],
    )  # fmt: skip
    assert [("bytes", [0, 1, 2, 3]), ("door", [0, 1, 2, 3])] == [
        (one["name"], one["servers"]) for one in form["virtual_services"]
    ]
    assert "gateway/tls-host-duplicated" in {one["rule"] for one in form["findings"]}


def test_a_gateway_workload(mesh: Mesh) -> None:
    served = describe(mesh, "pod", "door.bakery", SETTINGS)["serves"]
    assert ["door"] == [one["name"] for one in served["gateways"]]
    listeners = {one["address"]: one["is_open"] for one in served["listeners"]}
    assert {"0.0.0.0:5432": False, "0.0.0.0:8080": True, "0.0.0.0:8443": True} == listeners


def test_a_gateway_of_the_gateway_api(mesh: Mesh) -> None:
    form = describe(mesh, "gateway", "side.bakery", SETTINGS)
    assert ["side.example.com"] == [one["host"] for one in form["listeners"]]
    assert [("side", ["http"], "yes")] == [
        (one["name"], one["listeners"], one["admitted"]) for one in form["routes"]
    ]


def test_policies_that_name_what_they_are_for(mesh: Mesh) -> None:
    side = describe(mesh, "gateway", "side.bakery", SETTINGS)["authorization"]
    assert (["all"], "everyone, as a rule of ALLOW has no condition") == (
        [one["name"] for one in side["policies"]], side["callers"],
    )  # fmt: skip
    form = describe(mesh, "service", "door.bakery", SETTINGS)
    waypoint = form["service"]["waypoint"]
    assert (None, ["nobody"]) == (
        waypoint["name"], [one["name"] for one in waypoint["authorization"]["policies"]],
    )  # fmt: skip
    assert waypoint["authorization"]["callers"].startswith("nobody: bakery/nobody allows")
    assert "enforced nowhere" in "\n".join(lines(form))


def test_a_route_that_attaches_to_a_service(mesh: Mesh) -> None:
    form = describe(mesh, "service", "door.bakery", SETTINGS)["service"]
    assert "among-us" == form["route_in_mesh"]["name"]


def test_findings_are_about_the_shown_objects_alone(mesh: Mesh) -> None:
    form = describe(mesh, "service", "door.bakery", SETTINGS)
    shown = {(one["kind"], one["name"]) for one in objects(form)}
    assert {(one["kind"], one["name"]) for one in form["findings"]} <= shown
    ignoring = Settings(ignore=("*",))
    assert [] == describe(mesh, "gateway", "door.bakery", ignoring)["findings"]


def objects(form: Any) -> Iterator[dict[str, Any]]:
    if isinstance(form, dict):
        if "apiVersion" in form:
            yield form
        for value in form.values():
            yield from objects(value)
    elif isinstance(form, list):
        for value in form:
            yield from objects(value)


@pytest.mark.parametrize(
    "target",
    [
        ("pod", "oven-v1.bakery"), ("pod", "deploy/oven-v2.bakery"), ("pod", "bakery/door"),
        ("svc", "oven"), ("service", "door"), ("gateway", "door"), ("gateway", "side"),
    ],
)  # fmt: skip
def test_every_answer_reads_as_text_and_as_json(mesh: Mesh, target: tuple[str, str]) -> None:
    form = describe(mesh, *target, SETTINGS)
    assert form == json.loads(json.dumps(form))
    text = "\n".join(lines(form))
    for found in form["findings"]:
        assert found["message"] in text
    assert "None" not in text
    for one in objects({key: value for key, value in form.items() if key != "injection"}):
        assert f"bakery/{one['name']}" in text or one["kind"] == "Secret"


def test_the_text_marks_what_matters(mesh: Mesh, pod: dict[str, Any]) -> None:
    text = "\n".join(lines(pod))
    assert "[DEAD: prefix '/bread' takes its requests]" in text
    assert "[not this pod]" in text
    assert "which the pods don't name" in text
    assert "port 9090: DISABLE, by PeerAuthentication bakery/oven" in text
    assert "every request is redirected to HTTPS" in text
    assert "send to port 90: plaintext (a DestinationRule says so), Destin" in text
    assert "entrance: none, as no Service leads to port 5432" in text
    assert "exposed as https://bread.example.com by" in text


def test_a_secret_is_missing_only_where_all_are_there() -> None:
    whole = Settings(whole_mesh=True)
    form = describe(load_mesh(load([str(BAKERY)]), whole), "gateway", "door.bakery", whole)
    assert False is form["servers"][1]["certificates"][0]["found"]
    assert "gateway/credential-not-found" in {one["rule"] for one in form["findings"]}


def test_kinds_that_a_cluster_hides_are_named() -> None:
    loaded = load([str(BAKERY)])
    hidden = Unread("security.istio.io", "AuthorizationPolicy", "you may not list them")
    mesh = load_mesh(loaded._replace(unread=(hidden,)), SETTINGS)
    form = describe(mesh, "pod", "oven-v1", SETTINGS)
    assert ["AuthorizationPolicy"] == form["not_shown"]
    assert form["authorization"]["callers"].startswith("unknown")
    assert "not considered: AuthorizationPolicy" in "\n".join(lines(form))


def test_what_a_cluster_hides_may_be_there() -> None:
    loaded = load([str(BAKERY)])
    hidden = Unread("", "Service", "you may not list them")
    mesh = load_mesh(loaded._replace(unread=(hidden,)), SETTINGS)
    with pytest.raises(UsageError, match="shows no Service 'milk', and doesn't show all; ask for"):
        describe(mesh, "svc", "milk", SETTINGS)
    with pytest.raises(UsageError, match=r"doesn't show all; did you mean oven\.bakery"):
        describe(mesh, "svc", "ovn", SETTINGS)


def test_a_workload_without_a_proxy_demands_nothing(mesh: Mesh) -> None:
    subject = describe(mesh, "svc", "oven", SETTINGS).description.subject
    assert isinstance(subject, ServiceAnswer)
    demand = subject.workloads[0].peer_authentication
    assert ["mTLS mode: none, as it has no proxy that could demand one"] == [
        *mode_lines("none", demand)
    ]


def test_a_service_goes_by_its_host_too(mesh: Mesh) -> None:
    for name in ("oven.bakery.svc.cluster.local", "oven.bakery.svc"):
        assert "oven" == describe(mesh, "svc", name, SETTINGS)["service"]["name"]


def test_names(mesh: Mesh) -> None:
    assert "door" == describe(mesh, "svc", "door", SETTINGS)["service"]["name"]
    with pytest.raises(UsageError, match=r"no Service 'ovn'; did you mean oven\.bakery\?"):
        describe(mesh, "svc", "ovn", SETTINGS)
    with pytest.raises(UsageError, match="take a kind of workload such as pod"):
        describe(mesh, "door", "door", SETTINGS)
    with pytest.raises(UsageError, match="did you mean"):
        describe(mesh, "pod", "pod/oven-v1", SETTINGS)


def test_names_that_may_mean_several_things(mesh: Mesh) -> None:
    made = list(mesh.of(Workload))
    assert "oven-v1" == find(made, "oven-v1.bakery", "elsewhere", "pod").name
    assert "oven-v1" == find(made, "oven-v1", "default", "pod").name
    with pytest.raises(
        UsageError, match=r"there is no pod 'oven-v1'; did you mean oven-v1\.bakery"
    ):
        find(made, "oven-v1", "elsewhere", "pod")


def test_the_last_dot_is_tried_first_and_several_homes_are_named() -> None:
    documents = [
        Document("x.yaml", 1, "", {
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace},
        })
        for name, namespace in (("a", "b"), ("a.b", "default"), ("c", "one"), ("c", "two"))
    ]  # fmt: skip
    pods = list(Mesh(tuple(unwrap(documents, "default"))).of(Workload))
    assert ("a", "b") == (find(pods, "a.b", "default", "pod").name, "b")
    assert "a.b" == find(pods, "a.b.default", "default", "pod").name
    assert "a.b" == find(pods, "default/a.b", "default", "pod").name
    with pytest.raises(UsageError, match=r"take one of c\.one, c\.two"):
        find(pods, "c", "default", "pod")


def test_ztunnel_knows_no_disable() -> None:
    text = BAKERY.read_text(encoding="utf-8")
    ambient = text.replace("istio-injection: enabled", "istio.io/dataplane-mode: ambient")
    documents = load([str(BAKERY)]).documents
    home = yaml.safe_load(ambient.partition("---")[0])
    documents[0] = Document("home.yaml", 1, ambient, home)
    mesh = Mesh(tuple(unwrap(documents, "default")))
    form = describe(mesh, "pod", "oven-v1.bakery", SETTINGS)
    modes = {one["port"]: one["mode"] for one in form["peer_authentication"]["ports"]}
    assert ("ambient", "ztunnel") == (form["proxy"], form["enforced_by"])
    # DISABLE on a port makes no exception from a STRICT that is inherited.
    assert {3306: "STRICT", 8080: "STRICT", 9090: "STRICT"} == modes


def test_an_input_without_pods_accuses_no_port_name(mesh: Mesh) -> None:
    alone = [one for one in mesh.resources if isinstance(one, Service)]
    form = describe(Mesh(alone), "svc", "oven.bakery", SETTINGS)
    text = "\n".join(lines(form))
    assert "target port web" in text
    assert "don't name" not in text
    assert "Workloads behind it: the input has none" in text
