"""Does each CEL rule of Istio's CRDs refuse what it should, at the right place?"""

from typing import Any

import pytest
import yaml

from meshctl.resources import make_resource
from meshctl.sources.documents import Document
from meshctl.validation.cel.evaluator import compile_rules
from meshctl.validation.cel.rules import find_rule
from meshctl.validation.schemas import Schemas

GROUPS = {"AuthorizationPolicy": "security", "PeerAuthentication": "security",
          "RequestAuthentication": "security", "Telemetry": "telemetry",
          "WasmPlugin": "extensions", "TrafficExtension": "extensions"}  # fmt: skip


def rules_of(kind: str) -> Any:
    known = [
        each_kind
        for each_kind in Schemas().kinds()
        if each_kind[2] == kind and each_kind[0].endswith("istio.io")
    ]
    return compile_rules(Schemas().find(*known[0]))


SE = "hosts: [a.example.com]\nports: [{number: 80, name: a}]\n"
WASM = "url: oci://a.example.com/x\n"
BROKEN = [
    ("TrafficExtension", "{wasm: {url: a}, lua: {inlineCode: x}}", ("spec",), "exactly one"),
    ("TrafficExtension", "{}", ("spec",), "exactly one"),
    ("TrafficExtension", "{lua: {inlineCode: x}, selector: {}, targetRefs: []}",
     ("spec", "targetRefs"), "selector and targetRefs exclude each other"),
    ("WasmPlugin", WASM + "selector: {matchLabels: {'a*': b}}",
     ("spec", "selector", "matchLabels", "a*"), "holds a *"),
    ("WasmPlugin", WASM + "selector: {matchLabels: {a: 'b*'}}",
     ("spec", "selector", "matchLabels", "a"), "holds a *"),
    ("WasmPlugin", WASM + "selector: {matchLabels: {'': b}}",
     ("spec", "selector", "matchLabels", ""), "empty"),
    ("WasmPlugin", WASM + "targetRef: {kind: A, name: a, namespace: b}",
     ("spec", "targetRef", "namespace"), "another namespace"),
    ("WasmPlugin", "url: ftp://a.example.com", ("spec", "url"), "the scheme ftp"),
    ("WasmPlugin", "url: 'a b'", ("spec", "url"), "is no URL"),
    ("WasmPlugin", WASM + "vmConfig: {env: [{name: A, valueFrom: HOST, value: b}]}",
     ("spec", "vmConfig", "env", 0, "value"), "valueFrom is HOST"),
    ("DestinationRule", "{host: a, trafficPolicy: {loadBalancer: {warmup: {duration: 1us}}}}",
     ("spec", "trafficPolicy", "loadBalancer", "warmup", "duration"), "shorter than 1ms"),
    ("DestinationRule", "{host: a, trafficPolicy: {outlierDetection: {interval: 1d}}}",
     ("spec", "trafficPolicy", "outlierDetection", "interval"), "is no duration"),
    ("DestinationRule", "{host: a, trafficPolicy: {outlierDetection: {interval: 9999999h}}}",
     ("spec", "trafficPolicy", "outlierDetection", "interval"), "is no duration"),
    ("EnvoyFilter", "{workloadSelector: {}, targetRefs: []}", ("spec", "targetRefs"), "exclude"),
    ("EnvoyFilter", "configPatches: [{match: {context: WAYPOINT}}]",
     ("spec", "configPatches", 0, "match", "context"), "needs a waypoint match"),
    ("EnvoyFilter", "configPatches: [{match: {waypoint: {portNumber: 0}}}]",
     ("spec", "configPatches", 0, "match", "waypoint", "portNumber"), "not between 1 and 65535"),
    ("EnvoyFilter", "configPatches: [{match: {context: GATEWAY, waypoint: {}}}]",
     ("spec", "configPatches", 0, "match", "waypoint"), "needs the context WAYPOINT"),
    ("Gateway", "servers: [{tls: {credentialName: a, credentialNames: [b]}}]",
     ("spec", "servers", 0, "tls", "credentialNames"), "exclude each other"),
    ("Gateway", "servers: [{tls: {tlsCertificates: [], credentialNames: [b]}}]",
     ("spec", "servers", 0, "tls"), "exclude each other"),
    ("ServiceEntry", SE + "workloadSelector: {}\nendpoints: []\nresolution: STATIC",
     ("spec", "endpoints"), "workloadSelector and endpoints exclude each other"),
    ("ServiceEntry", SE + "addresses: [10.0.0.0/8]\nresolution: DNS",
     ("spec", "addresses", 0), "needs the resolution NONE or STATIC, not DNS"),
    ("ServiceEntry", SE + "endpoints: []", ("spec", "endpoints"), "NONE takes no endpoints"),
    ("ServiceEntry", SE + "resolution: DNS_ROUND_ROBIN\nendpoints: [{address: a}, {address: b}]",
     ("spec", "endpoints", 1), "there are 2"),
    ("ServiceEntry", SE + "resolution: STATIC\nendpoints: [{labels: {a: b}}]",
     ("spec", "endpoints", 0), "an address is needed"),
    ("ServiceEntry", SE + "resolution: STATIC\nendpoints: [{address: unix:///a, ports: {a: 1}}]",
     ("spec", "endpoints", 0, "ports"), "has no ports"),
    ("ServiceEntry", SE + "resolution: STATIC\nendpoints: [{address: unix://a}]",
     ("spec", "endpoints", 0, "address"), "needs an absolute path"),
    ("ServiceEntry", SE + "resolution: STATIC\nendpoints: [{address: unix:///a/}]",
     ("spec", "endpoints", 0, "address"), "ends with a slash"),
    ("ServiceEntry", SE + "resolution: STATIC\nendpoints: [{address: a, ports: {a_b: 1}}]",
     ("spec", "endpoints", 0, "ports", "a_b"), "takes up to 62 letters"),
    ("ServiceEntry", SE + "resolution: STATIC\nendpoints: [{address: a, ports: {a: 0}}]",
     ("spec", "endpoints", 0, "ports", "a"), "not between"),
    ("ServiceEntry", "hosts: ['*']", ("spec", "hosts", 0), "stand for everything"),
    ("ServiceEntry", "ports: [{number: 80, name: a}, {number: 80, name: b}]",
     ("spec", "ports", 1, "number"), "listed twice"),
    ("WorkloadGroup", "{template: {network: n}, probe: {httpGet: {port: 80, scheme: http}}}",
     ("spec", "probe", "httpGet", "scheme"), "is not HTTP or HTTPS"),
    ("AuthorizationPolicy", "rules: [{from: [{source: {notServiceAccounts: [], principals: []}}]}]",
     ("spec", "rules", 0, "from", 0, "source", "principals"), "beside notServiceAccounts"),
    ("PeerAuthentication", "{selector: {matchLabels: {}}, portLevelMtls: {'80': {}}}",
     ("spec", "portLevelMtls"), "need a selector"),
    ("PeerAuthentication", "{selector: {matchLabels: {a: b}}, portLevelMtls: {'65536': {}}}",
     ("spec", "portLevelMtls", "65536"), "not a number between"),
    ("PeerAuthentication", "{selector: {matchLabels: {a: b}}, portLevelMtls: {http: {}}}",
     ("spec", "portLevelMtls", "http"), "not a number between"),
    ("RequestAuthentication", "jwtRules: [{issuer: a, jwksUri: 'https://a', jwks: '{}'}]",
     ("spec", "jwtRules", 0, "jwks"), "jwksUri and jwks exclude each other"),
    ("RequestAuthentication", "jwtRules: [{issuer: a, jwksUri: 'file:///a'}]",
     ("spec", "jwtRules", 0, "jwksUri"), "the scheme file"),
    ("RequestAuthentication", "jwtRules: [{issuer: a, jwksUri: /a}]",
     ("spec", "jwtRules", 0, "jwksUri"), "the scheme (none)"),
    ("Telemetry", "metrics: [{overrides: [{tagOverrides: {a: {operation: UPSERT}}}]}]",
     ("spec", "metrics", 0, "overrides", 0, "tagOverrides", "a"), "UPSERT needs a value"),
    ("Telemetry", "metrics: [{overrides: [{tagOverrides: {a: {operation: REMOVE, value: b}}}]}]",
     ("spec", "metrics", 0, "overrides", 0, "tagOverrides", "a", "value"), "takes no value"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "spec", "path", "message"), BROKEN)
def test_broken(kind, spec, path, message) -> None:
    faults = rules_of(kind).check({"spec": yaml.safe_load(spec)})
    assert [] != [
        fault for fault in faults if fault.path[: len(path)] == path and message in fault.message
    ]


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("TrafficExtension", "{wasm: {url: a}}"),
        ("WasmPlugin", "url: a.example.com/x"),
        ("WasmPlugin", "url: file:///a"),
        ("WasmPlugin", WASM + "vmConfig: {env: [{name: A, valueFrom: HOST}, {name: B, value: b}]}"),
        ("WasmPlugin", WASM + "targetRefs: [{kind: A, name: a, namespace: ''}]"),
        ("DestinationRule", "{host: a, trafficPolicy: {outlierDetection: {interval: 0.001s}}}"),
        ("EnvoyFilter", "configPatches: [{match: {context: WAYPOINT, waypoint: {portNumber: 1}}}]"),
        ("Gateway", "servers: [{tls: {credentialName: a}}, {tls: {credentialNames: [b]}}]"),
        ("ServiceEntry", SE + "addresses: [10.0.0.0/8]"),
        ("ServiceEntry", SE + "resolution: STATIC\nendpoints: [{network: n, ports: {a-b: 1}}]"),
        ("ServiceEntry", SE + "resolution: STATIC\nendpoints: [{address: 'unix://@a'}]"),
        ("WorkloadGroup", "{template: {network: n}, probe: {httpGet: {port: 80, scheme: HTTPS}}}"),
        ("AuthorizationPolicy", "rules: [{from: [{source: {serviceAccounts: [a/b]}}]}]"),
        ("PeerAuthentication", "{selector: {matchLabels: {a: b}}, portLevelMtls: {'65535': {}}}"),
        ("RequestAuthentication", "jwtRules: [{issuer: a, jwksUri: 'HTTPS://a/keys?x=%zz'}]"),
        ("Telemetry", "metrics: [{overrides: [{tagOverrides: {a: {value: b}}}]}]"),
    ],
)
def test_holding(kind, spec) -> None:
    assert [] == list(rules_of(kind).check({"spec": yaml.safe_load(spec)}))


@pytest.mark.parametrize("kind", Schemas().kinds(), ids=" ".join)
def test_every_rule_of_the_shipped_schemas_is_known(kind) -> None:
    assert () == compile_rules(Schemas().find(*kind)).unknown


def test_line_breaks_do_not_matter() -> None:
    text = "(has(self.a) ? 1 : 0) +\n  (has(self.b) ? 1 : 0) <= 1"
    rule = find_rule(text)
    assert rule is not None
    assert ["b"] == [broken_rule.path[0] for broken_rule in rule({"a": 1, "b": 2})]


@pytest.mark.parametrize("text", ["self.a == 1", "", "1 <= 1", "duration(self) >= duration('x')"])
def test_unknown_rules(text) -> None:
    assert find_rule(text) is None


def test_resources_without_rules_need_no_visit() -> None:
    data = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    resource = make_resource(Document("x", 1, "", data), data, (), "default")
    assert [] == list(rules_of("Sidecar").check(resource.data))
