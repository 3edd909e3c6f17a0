"""Is protobuf's JSON read as istiod reads it, and written as it writes it?"""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from meshctl.istio.durations import nanoseconds
from meshctl.istio.mesh_config_schema import MESH_CONFIG, MESH_NETWORKS, PROXY_CONFIG
from meshctl.istio.protobuf_json import duration_text, read, write, written_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{meshMTLS: {minProtocolVersion: 2}}", {"meshMTLS": {"minProtocolVersion": "TLSV1_3"}}),
        ("{mesh_mTLS: {min_protocol_version: TLSV1_2}}",
         {"meshMTLS": {"minProtocolVersion": "TLSV1_2"}}),
        ("{proxyHttpPort: '8080', proxyListenPort: 1.0}",
         {"proxyHttpPort": 8080, "proxyListenPort": 1}),
        ("{proxyHttpPort: ' 8080 '}", {"proxyHttpPort": 8080}),
        ("{connectTimeout: 1h0m0.5s}", {"connectTimeout": "3600.500s"}),
        ("{trustDomain: null, enableAutoMtls: null}", {}),
        ("{root_namespace: a, rootNamespace: b}", {"rootNamespace": "b"}),
        ("{defaultServiceExportTo: [null]}", {"defaultServiceExportTo": [""]}),
        ("{defaultConfig: {proxyMetadata: {A: null}}}", {"defaultConfig": {"proxyMetadata": {"A": ""}}}),
        ("{defaultConfig: {tracing: {sampling: '12.5'}}}",
         {"defaultConfig": {"tracing": {"sampling": 12.5}}}),
        ("{extensionProviders: [{name: logs, envoyFileAccessLog: {logFormat: {labels: {a: 1}}}}]}",
         {"extensionProviders": [
             {"name": "logs", "envoyFileAccessLog": {"logFormat": {"labels": {"a": 1}}}}]}),
        ("{default_config: {concurrency: 3}, default_providers: {metrics: [a]}}", {}),
        ("{default_config: {concurrency: 3}, defaultConfig: {statusPort: 1}}",
         {"defaultConfig": {"statusPort": 1}}),
        ("{defaultConfig: {privateKeyProvider: {qat: {pollDelay: 1s}, cryptomb: {}}}}",
         {"defaultConfig": {"privateKeyProvider": {"qat": {"pollDelay": "1s"}}}}),
        ("null", {}),
    ],
)  # fmt: skip
def test_what_is_read(text: str, expected: dict[str, Any]) -> None:
    reading = read(MESH_CONFIG, yaml.safe_load(text))
    assert ((), expected) == (reading.misreads, reading.value)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[]", ()),
        ("text", ()),
        ("{enableAutoMtls: 'true'}", ("enableAutoMtls",)),
        ("{enableAutoMtls: 1}", ("enableAutoMtls",)),
        ("{ingressControllerMode: off}", ("ingressControllerMode",)),
        ("{ingress_controller_mode: strict}", ("ingress_controller_mode",)),
        ("{accessLogEncoding: '1'}", ("accessLogEncoding",)),
        ("{proxyHttpPort: 2147483648}", ("proxyHttpPort",)),
        ("{proxyHttpPort: '1.0'}", ("proxyHttpPort",)),
        ("{proxyHttpPort: '01'}", ("proxyHttpPort",)),
        ("{proxyHttpPort: ''}", ("proxyHttpPort",)),
        ("{dnsRefreshRate: 5}", ("dnsRefreshRate",)),
        ("{defaultServiceExportTo: '*'}", ("defaultServiceExportTo",)),
        ("{defaultServiceExportTo: ['*', 1]}", ("defaultServiceExportTo", 1)),
        ("{defaultConfig: {runtimeValues: {a: 1}}}", ("defaultConfig", "runtimeValues", "a")),
        ("{defaultConfig: {image: x}}", ("defaultConfig", "image")),
        ("{extensionProviders: [{name: a}, b]}", ("extensionProviders", 1)),
        ("{tcpKeepalive: {probes: -1}}", ("tcpKeepalive", "probes")),
    ],
)
def test_what_cannot_be_read(text: str, path: tuple[str | int, ...]) -> None:
    assert [path] == [one.path for one in read(MESH_CONFIG, yaml.safe_load(text)).misreads]


def test_what_is_passed_over() -> None:
    reading = read(MESH_CONFIG, {"enableAutoMTLS": True, "defaultConfig": {"sds": {"typo": 1}}})
    assert [("defaultConfig", "sds", "typo"), ("enableAutoMTLS",)] == [
        one.path for one in reading.unknown
    ]
    assert reading.unknown[1].message.endswith("did you mean enableAutoMtls?")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"concurrency": 0, "statusPort": 0}, {"concurrency": 0}),
        ({"interceptionMode": "REDIRECT"}, {}),
        ({"serviceCluster": ""}, {"serviceCluster": ""}),
        ({"tracingServiceName": "APP_LABEL_AND_NAMESPACE", "serviceCluster": "a"},
         {"tracingServiceName": "APP_LABEL_AND_NAMESPACE"}),
        ({"meshId": "m", "configPath": "c"}, {"configPath": "c", "meshId": "m"}),
        ({"runtimeValues": {"b": "1", "a": "2"}}, {"runtimeValues": {"a": "2", "b": "1"}}),
        ({"image": {}, "extraStatTags": []}, {"image": {}}),
    ],
)  # fmt: skip
def test_what_is_written(given: dict[str, Any], expected: dict[str, Any]) -> None:
    written = write(PROXY_CONFIG, given)
    assert list(expected.items()) == list(written.items())


def test_places_are_those_of_the_text() -> None:
    data = {"networks": {"east": {"gateways": [{"registry_service_name": "a", "port": 1}]}}}
    path = ("networks", "east", "gateways", 0, "registryServiceName")
    assert (*path[:-1], "registry_service_name") == written_path(MESH_NETWORKS, data, path)
    assert ("networks", "west") == written_path(MESH_NETWORKS, data, ("networks", "west"))


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["defaultConfig", "tracing", "sampling", "connectTimeout", "proxyMetadata",
                         "extensionProviders", "zipkin", "name", "port", "mesh_mTLS"]), inner,
        max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(json_like)
def test_anything_is_read_once_and_the_same_again(data: Any) -> None:
    value = read(MESH_CONFIG, data).value
    again = read(MESH_CONFIG, value)
    assert ((), (), value) == (again.misreads, again.unknown, again.value)


@given(st.integers(-(10**18), 10**18))
def test_durations_come_back(amount: int) -> None:
    assert amount == nanoseconds(duration_text(amount))
