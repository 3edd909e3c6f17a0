"""What does the sidecar get of the settings of the mesh and of its pod?"""

from typing import Any

import pytest
import yaml

from meshctl.inject.errors import InjectionError
from meshctl.inject.settings.builtin import Given, read_given
from meshctl.inject.settings.mesh_settings import (
    DEFAULT_PROXY_CONFIG,
    merge_proxy_config,
    parse,
    proxy_config_json,
)
from meshctl.inject.workloads import inject_workload


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "{}"),
        ("statusPort: 15020", "{}"),
        ("drainDuration: 45.0s", "{}"),
        ("drainDuration: 1m30s", '{"drainDuration":"90s"}'),
        ("interceptionMode: 99", '{"interceptionMode":99}'),
        ("interceptionMode: 1", '{"interceptionMode":"TPROXY"}'),
        ("controlPlaneAuthPolicy: 0", "{}"),
        ("proxyMetadata: {A: null}", '{"proxyMetadata":{"A":""}}'),
        ("statusPort: '15033'", '{"statusPort":15033}'),
        ("concurrency: 0", '{"concurrency":0}'),
        ("proxyMetadata: {}", "{}"),
        ("proxyMetadata: {B: u, A: v}", '{"proxyMetadata":{"A":"v","B":"u"}}'),
        ("tracing: {}", '{"tracing":{}}'),
        ("tracing: {sampling: 0, custom_tags: {}}", '{"tracing":{}}'),
        ("tracing: {sampling: 5.0, zipkin: {address: 'z:1'}}",
         '{"tracing":{"zipkin":{"address":"z:1"},"sampling":5}}'),
        ("tracing: {custom_tags: {b_c: {header: {name: h, default_value: d}}, a: {literal: {}}}}",
         '{"tracing":{"customTags":{"a":{"literal":{}},"b_c":{"header":{"name":"h","defaultValue":"d"}}}}}'),
        ("gateway_topology: {forward_client_cert_details: SANITIZE, num_trusted_proxies: 2}",
         '{"gatewayTopology":{"numTrustedProxies":2,"forwardClientCertDetails":"SANITIZE"}}'),
    ],
)  # fmt: skip
def test_what_differs_from_the_defaults_is_written_as_protobuf_does(
    text: str, expected: str
) -> None:
    merged = merge_proxy_config(DEFAULT_PROXY_CONFIG, parse(text))
    assert expected == proxy_config_json(merged)


@pytest.mark.parametrize(
    "text",
    [
        "statusPort: abc",
        "statusPort: 1.5",
        "statusPort: true",
        "drainDuration: 45",
        "drainDuration: 1d",
        "drainDuration: 500ms",
        "statusPort: 0",
        "interceptionMode: tproxy",
        "runtimeValues: {a: 1}",
        "meshId: 5",
        "holdApplicationUntilProxyStarts: 'true'",
        "proxyMetadata: {ISTIO_META_DNS_CAPTURE: true}",
        "proxyMetadata: text",
        "tracing: zipkin",
        "status_port: []",
    ],
)
def test_what_protobuf_cannot_read_is_refused(text: str) -> None:
    pod = yaml.safe_load(POD)
    pod["metadata"]["annotations"]["proxy.istio.io/config"] = text
    with pytest.raises(InjectionError, match="is no ProxyConfig for Istio") as caught:
        inject_workload(pod, read_given(Given()), print)
    assert ("metadata", "annotations", "proxy.istio.io/config") == caught.value.path


POD = """
apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    proxy.istio.io/config: "statusPort: 15033"
    prometheus.io/port: "9000"
spec:
  containers:
  - name: web
    readinessProbe: {httpGet: {port: 80}}
"""


def test_probes_and_metrics_go_to_the_status_port_of_the_pod() -> None:
    pod: dict[str, Any] = inject_workload(yaml.safe_load(POD), read_given(Given()), print)
    probe = pod["spec"]["containers"][0]["readinessProbe"]["httpGet"]
    assert {"path": "/app-health/web/readyz", "port": 15033} == probe
    assert "15033" == pod["metadata"]["annotations"]["prometheus.io/port"]
    once = inject_workload(pod, read_given(Given()), print)
    assert pod == once


@pytest.mark.parametrize(("version", "expected"), [("1.29", "0"), ("1.30", None)])
@pytest.mark.parametrize("is_native", [False, True])
def test_a_limit_of_null(version: str, expected: str | None, *, is_native: bool) -> None:
    pod = yaml.safe_load(POD)
    pod["spec"]["initContainers"] = [{"name": "first"}]
    given = Given(version, sets=("global.proxy.resources.limits.cpu=null",))
    injected = inject_workload(pod, read_given(given, native=is_native), print)
    every = injected["spec"]["containers"] + injected["spec"]["initContainers"]
    sidecar = next(container for container in every if container["name"] == "istio-proxy")
    assert expected == sidecar["resources"]["limits"].get("cpu")
