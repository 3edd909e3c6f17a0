"""Does istiod's answer to mesh-wide settings come out, at the right field?"""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from meshctl.resources.kubernetes.config_map import ConfigMap
from meshctl.sources.documents import Document
from meshctl.validation.mesh_config.config_map import check


def messages(name: str = "istio", **entries: str) -> list[tuple[str, bool]]:
    data = {"kind": "ConfigMap", "metadata": {"name": name}, "data": entries}
    faults = check(ConfigMap(Document("mesh.yaml", 1, "", data), data))
    return [(fault.message, fault.is_warning) for fault in faults]


REFUSED = {
    "{proxyListenPort: 0}": "proxyListenPort: 0 is not a port",
    "{connectTimeout: 0s}": "connectTimeout: 0s is too short",
    "{protocolDetectionTimeout: 1us}": "protocolDetectionTimeout: durations are whole",
    "{trustDomain: ''}": "trustDomain: a trust domain cannot be empty",
    "{trustDomainAliases: [a, b_]}": "trustDomainAliases.1: 'b_' is not a trust domain",
    "{serviceSettings: [{hosts: ['*', 'a*']}]}": "serviceSettings.0.hosts.1: 'a*' is not a host",
    "{meshMTLS: {ecdhCurves: [P-256]}}": "meshMTLS.ecdhCurves: inside the mesh",
    "{localityLbSetting: {failover: [{from: a, to: a}]}}": "failover.0.to: a region cannot",
    "{zoneAwareLbSetting: {failoverPriority: [topology.kubernetes.io/zone]}}": "knows of",
    "{defaultTrafficPolicy: {connectionPool: {}}}": "connectionPool is empty",
    "{defaultTrafficPolicy: {outlierDetection: {maxEjectionPercent: 101}}}": "is 101",
    "{defaultConfig: {configPath: ''}}": "defaultConfig.configPath: configPath cannot be empty",
    "{defaultConfig: {drainDuration: 1500ms}}": "drainDuration: the drain duration is whole",
    "{defaultConfig: {discoveryAddress: istiod}}": "is not of the form host:port",
    "{defaultConfig: {discoveryAddress: 'istiod:http'}}": "is not the number of a port",
    "{defaultConfig: {statsdUdpAddress: 'a_b:80'}}": "the label 'a_b'",
    "{defaultConfig: {envoyAccessLogService: {address: ':0'}}}": "0 is not a port",
    "{defaultConfig: {statusPort: 70000}}": "statusPort: 70000 is not a port",
    "{defaultConfig: {controlPlaneAuthPolicy: INHERIT}}": "is not NONE or MUTUAL_TLS",
    "{defaultConfig: {tracing: {zipkin: {}}}}": "zipkin needs an address",
    "{defaultConfig: {tracing: {lightstep: {address: 'a:80'}}}}": "needs an accessToken",
    "{defaultConfig: {tracing: {tlsSettings: {mode: MUTUAL, caCertificates: /a}}}}": "MUTUAL needs",
    "{defaultConfig: {privateKeyProvider: {}}}": "needs cryptomb or qat",
    "{defaultConfig: {privateKeyProvider: {qat: {pollDelay: 0s}}}}": "needs a pollDelay above 0",
    "{defaultConfig: {connectionSettings: {httpIdleTimeout: -1s}}}": "cannot be negative",
    "{defaultConfig: {connectionSettings: {listenerConnectionLimit: 0}}}": "it is 1 or more",
    "{defaultConfig: {controlPlaneAuthPolicy: 7}}": "is not NONE or MUTUAL_TLS",
    "[a": "this text is not YAML",
}
WARNED = {
    "{tlsDefaults: {ecdhCurves: [P-1, P-256, P-256]}}": "P-1 is not a curve",
    "{defaultConfig: {proxyMetadata: {ISTIO_META_DNS_AUTO_ALLOCATE: 'true'}}}": "is deprecated",
    "{extensionProviders: [{prometheus: {}}]}": "a provider needs a name",
    "{extensionProviders: [{name: a, prometheus: {}}, {name: a, prometheus: {}}]}": "two providers",
    "{extensionProviders: [{name: a, zipkin: {service: '', port: 1}}]}": "cannot be empty",
    "{extensionProviders: [{name: a, zipkin: {service: b, port: 0}}]}": "0 is not a port",
    "{extensionProviders: [{name: a, zipkin: {service: b/c, port: 1}}]}": "is a short name",
    "{extensionProviders: [{name: a, lightstep: {service: b, port: 1}}]}": "needs an accessToken",
    "{extensionProviders: [{name: a, opentelemetry: {service: b, port: 1, grpc: {}, http: {}}}]}": (
        "exclude each other"
    ),
    "{extensionProviders: [{name: a, envoyExtAuthzGrpc: {service: b, port: 1, statusOnError: '418'}}]}": (
        "no status"
    ),
    "{extensionProviders: [{name: a, envoyExtAuthzHttp: {service: b, port: 1, pathPrefix: x}}]}": (
        "begins with /"
    ),
}


@pytest.mark.parametrize(("text", "part"), REFUSED.items())
def test_what_istiod_refuses(text: str, part: str) -> None:
    found = messages(mesh=text)
    assert [True] == [part in message for message, is_warning in found if not is_warning][:1]


@pytest.mark.parametrize(("text", "part"), WARNED.items())
def test_what_istiod_only_logs(text: str, part: str) -> None:
    found = messages(mesh=text)
    assert (True, True) == (part in found[0][0], all(is_warning for _, is_warning in found))


@pytest.mark.parametrize(
    ("network", "part"),
    [
        ("{endpoints: [{fromCidr: 10.0.0.0/33}]}", "is not a block"),
        ("{endpoints: [{fromRegistry: a.b}]}", "is not the name of a registry"),
        ("{gateways: [{registryServiceName: a_b, port: 80}]}", "the label 'a_b'"),
        ("{gateways: [{address: 10.0.0.1}]}", "0 is not a port"),
    ],
)
def test_networks(network: str, part: str) -> None:
    assert [True] == [
        part in text for text, _ in messages(meshNetworks=f"{{networks: {{n: {network}}}}}")
    ]


def test_settings_of_others_are_not_istios() -> None:
    assert ([], 1) == (messages("shop", mesh="[a"), len(messages("istio-canary", mesh="[a")))


FIELDS = sorted(
    {step for text in (*REFUSED, *WARNED) for step in yaml.safe_load(text.strip("[a") or "{}")}
)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3))


@given(st.dictionaries(st.sampled_from(FIELDS), st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=3), inner)),
    max_leaves=5,
)))  # fmt: skip
def test_any_settings_are_answered(settings: dict[str, Any]) -> None:
    assert all(message for message, _ in messages(mesh=json.dumps(settings)))
