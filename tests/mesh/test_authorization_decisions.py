"""Which arrivals a workload lets in, by its policies and tokens, as istiod 1.31 tells Envoy."""

from typing import Any

import pytest

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import Arrival, HttpRequest
from meshctl.mesh.authorization.decision import Verdict
from meshctl.mesh.authorization.path_template import template_takes
from meshctl.mesh.authorization.trust_domains import with_aliases
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import make_resource
from meshctl.sources.documents import Document

CLIENT = "cluster.local/ns/front/sa/web"


def make(kind: str, name: str, spec: Any, namespace: str = "depot", **metadata: Any) -> Any:
    group = "" if kind in {"Pod", "Service"} else "security.istio.io/"
    data = {
        "apiVersion": f"{group}v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, **metadata},
        "spec": spec,
    }
    return make_resource(Document("m.yaml", 1, "", data), data, (), "default")


POD = make(
    "Pod",
    "stock",
    {"containers": [{"name": "app"}, {"name": "istio-proxy"}]},
    labels={"app": "stock"},
)


def policy(spec: Any, name: str = "p", **metadata: Any) -> Any:
    return make("AuthorizationPolicy", name, spec, **metadata)


def decide(objects: list[Any], arrival: Arrival, config: MeshConfig | None = None) -> Verdict:
    mesh = Mesh([POD, *objects], config, is_whole=True)
    return mesh.decisions.decide(POD, arrival)


def request(path: str = "/", method: str = "GET", host: str = "stock:80", **other: Any) -> Arrival:
    headers, claims = other.pop("headers", {}), other.pop("claims", None)
    http = HttpRequest(host, method, path, headers, claims)
    return Arrival(8080, other.pop("principal", CLIENT), http=http, **other)


SOURCES = [
    ({"principals": [CLIENT]}, request(), True),
    ({"principals": ["*/sa/web"]}, request(), True),
    ({"principals": ["*"]}, request(principal=None), False),
    ({"notPrincipals": ["*"]}, request(principal=None), True),
    ({"namespaces": ["fr*t"]}, request(), True),
    ({"notNamespaces": ["front"]}, request(), False),
    ({"notNamespaces": ["front"]}, request(principal=None), True),
    ({"serviceAccounts": ["web"]}, request(), False),
    ({"serviceAccounts": ["front/web"]}, request(), True),
    ({"trustDomains": ["*.local"]}, request(), True),
    ({"trustDomains": ["cluster"]}, request(), False),
    ({"ipBlocks": ["10.1.0.0/16"]}, request(source_ip="10.1.2.3"), True),
    ({"notIpBlocks": ["10.1.2.3"]}, request(source_ip="10.1.2.3"), False),
    ({"remoteIpBlocks": ["192.0.2.0/24"]}, request(remote_ip="192.0.2.7"), True),
]
OPERATIONS = [
    ({"paths": ["/a"]}, request("/a?x=1"), True),
    ({"paths": ["/a"]}, request("/a/"), False),
    ({"paths": ["/a/*"]}, request("/a"), False),
    ({"paths": ["*.css"]}, request("/s/a.css"), True),
    ({"paths": ["/a/{*}/b"]}, request("/a/1/b"), True),
    ({"notPaths": ["/a*"]}, request("/b"), True),
    ({"methods": ["get"]}, request(), False),
    ({"methods": ["P*"]}, request(method="PUT"), True),
    ({"hosts": ["STOCK:*"]}, request(), True),
    ({"hosts": ["stock"]}, request(), False),
    ({"ports": ["80"]}, request(), False),
    ({"ports": ["8080"]}, request(), True),
    ({"notPorts": ["8080"]}, request(), False),
]
CONDITIONS = [
    ("request.headers[X-Team]", ["a*"], request(headers={"x-team": "ab"}), True),
    ("request.headers[X-Team]", ["*"], request(), False),
    ("source.namespace", ["front"], request(), True),
    ("source.ip", ["10.0.0.1"], request(source_ip="10.0.0.1"), True),
    ("destination.ip", ["10.0.0.0/8"], request(destination_ip="10.9.9.9"), True),
    ("destination.port", ["8080"], request(), True),
    ("connection.sni", ["*.depot"], request(sni="stock.depot"), True),
    ("no.such.key", ["x"], request(), False),
]


@pytest.mark.parametrize(("source", "arrival", "expected"), SOURCES)
def test_sources(source, arrival, expected) -> None:
    rules = {"rules": [{"from": [{"source": source}]}]}
    assert expected is decide([policy(rules)], arrival).is_allowed


@pytest.mark.parametrize(("operation", "arrival", "expected"), OPERATIONS)
def test_operations(operation, arrival, expected) -> None:
    rules = {"rules": [{"to": [{"operation": operation}]}]}
    assert expected is decide([policy(rules)], arrival).is_allowed


@pytest.mark.parametrize(("key", "values", "arrival", "expected"), CONDITIONS)
def test_conditions(key, values, arrival, expected) -> None:
    rules = {"rules": [{"when": [{"key": key, "values": values}]}]}
    assert expected is decide([policy(rules)], arrival).is_allowed


def test_a_rule_needs_one_source_one_operation_and_every_condition() -> None:
    rule = {
        "from": [{"source": {"namespaces": ["other"]}}, {"source": {"namespaces": ["front"]}}],
        "to": [{"operation": {"methods": ["GET"], "paths": ["/x"]}}],
        "when": [{"key": "request.headers[v]", "notValues": ["2"]}],
    }
    several = [policy({"rules": [rule]})]
    assert decide(several, request("/x")).is_allowed
    assert not decide(several, request("/y")).is_allowed
    assert not decide(several, request("/x", headers={"v": "2"})).is_allowed


def test_deny_comes_before_allow_and_names_its_rule() -> None:
    everything = policy({"rules": [{}]}, "open")
    deny = {"action": "DENY", "rules": [{"to": [{"operation": {"paths": ["/x"]}}]}, {}]}
    verdict = decide([everything, policy(deny, "shut")], request("/x"))
    named = [one.title for one in verdict.by]
    assert (False, "DENY", "403") == (verdict.is_allowed, verdict.action, verdict.code)
    assert ["depot/shut#0", "depot/shut#1"] == named


def test_an_empty_allow_policy_lets_nobody_in() -> None:
    verdict = decide([policy({})], request())
    assert ("ALLOW", "403", ()) == (verdict.action, verdict.code, verdict.by)


def test_http_fields_on_a_bare_connection_widen_deny_and_empty_allow() -> None:
    rule = {"to": [{"operation": {"methods": ["POST"]}}]}
    bare = Arrival(8080, CLIENT)
    denied = decide([policy({"action": "DENY", "rules": [rule]})], bare)
    assert (False, "connection closed") == (denied.is_allowed, denied.code)
    assert not decide([policy({"action": "ALLOW", "rules": [rule]})], bare).is_allowed


def test_dry_run_and_audit_refuse_nothing() -> None:
    deny = policy({"action": "DENY", "rules": [{}]}, annotations={"istio.io/dry-run": "true"})
    audit = policy({"action": "AUDIT", "rules": [{}]}, "audit")
    verdict = decide([deny, audit], request())
    assert verdict.is_allowed
    assert [("AUDIT", False), ("DENY", True)] == [(s.action, s.is_dry) for s in verdict.steps]


TOKENS = make(
    "RequestAuthentication",
    "t",
    {"jwtRules": [{"issuer": "https://id.test", "audiences": ["depot"]}]},
)
GOOD = {"iss": "https://id.test", "sub": "ann", "aud": "depot", "scope": "read write"}


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        (GOOD, ""),
        (None, ""),
        (GOOD | {"iss": "other"}, "401"),
        (GOOD | {"aud": ["x"]}, "403"),
    ],
)
def test_tokens(claims, code) -> None:
    assert code == decide([TOKENS], request(claims=claims)).code


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"key": "request.auth.principal", "values": ["https://id.test/*"]}, True),
        ({"key": "request.auth.principal", "values": ["*/bob"]}, False),
        ({"key": "request.auth.claims[scope]", "values": ["write"]}, True),
        ({"key": "request.auth.audiences", "values": ["depot"]}, True),
        ({"key": "request.auth.presenter", "values": ["*"]}, False),
    ],
)
def test_claims_count_only_where_tokens_are_read(when, expected) -> None:
    asking = policy({"rules": [{"when": [when]}]})
    arrival = request(claims=GOOD)
    assert expected is decide([asking, TOKENS], arrival).is_allowed
    assert not decide([asking], arrival).is_allowed


def test_a_custom_policy_asks_its_provider_or_denies_without_one() -> None:
    custom = policy({"action": "CUSTOM", "provider": {"name": "ask"}, "rules": [{}]})
    unknown = decide([custom], request())
    assert ["depot/p#0-deny-due-to-bad-CUSTOM-action"] == [one.title for one in unknown.by]
    service = make("Service", "asker", {"ports": [{"port": 9000}]})
    provider = {"service": "asker.depot.svc.cluster.local", "port": 9000}
    config = MeshConfig.parse(
        {"extensionProviders": [{"name": "ask", "envoyExtAuthzHttp": provider}]}
    )
    asked = decide([custom, service], request(), config)
    assert (True, ("ask",), False) == (asked.is_allowed, asked.providers, asked.is_certain)
    assert () == decide([custom, service], Arrival(8080), config).steps


def test_policies_of_the_root_namespace_reach_every_namespace() -> None:
    wide = policy({"selector": {"matchLabels": {"app": "stock"}}}, namespace="istio-system")
    foreign = policy({}, namespace="elsewhere")
    assert not decide([wide], request()).is_allowed
    assert decide([foreign], request()).is_allowed


def test_target_refs_are_for_gateways_alone() -> None:
    refs = [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "door"}]
    assert decide([policy({"targetRefs": refs})], request()).is_allowed


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("/a/{**}", "/a/", True),
        ("/a/{**}", "/a", False),
        ("/{*}/b", "//b", False),
        ("/{**}", "/x/y", True),
    ],
)
def test_path_templates(template, path, expected) -> None:
    assert expected is template_takes(template, path)


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("cluster.local/ns/a/sa/b", ("new/ns/a/sa/b", "old/ns/a/sa/b")),
        ("other/ns/a/sa/b", ("other/ns/a/sa/b",)),
        ("*/ns/a/sa/b", ("*/ns/a/sa/b",)),
        ("*ld/ns/a/sa/b", ("new/ns/a/sa/b", "*ld/ns/a/sa/b")),
    ],
)
def test_other_names_of_the_trust_domain(principal, expected) -> None:
    assert expected == with_aliases([principal], ("new", "old"))
