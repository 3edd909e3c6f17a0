"""For each change of 1.23 to 1.26 a mesh that it concerns, and one like it that it doesn't."""

from pieces import (
    GATEWAY_API,
    alert,
    crd,
    entry,
    gateway,
    helm,
    istiod,
    mesh,
    obj,
    operator,
    patch,
    route,
    routes,
    rule,
    service,
    telemetry,
    text,
    values,
    workload,
)

EXCLUDED = "traffic.sidecar.istio.io/excludeOutboundPorts"
NETWORK = {"labels": {"topology.istio.io/network": "east"}}
OPERATOR = workload(
    "istio-operator", containers=[{"name": "one", "image": "docker.io/istio/operator:1.23.1"}]
)
ENDPOINTS = [{"address": "10.1.2.3", "labels": {"security.istio.io/tlsMode": "istio"}}]
PLAIN_ENDPOINTS = [{"address": "10.1.2.3", "labels": {"security.istio.io/tlsMode": "disabled"}}]
CAPTURED = mesh(defaultConfig={"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": "true"}})
HEADER = {"headers": {"x-envoy-retry-on": {"exact": "5xx"}}}
OWN_HEADER = {"headers": {"x-retry": {"exact": "5xx"}}}
WASM = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm"
CENSUS = {"name": "envoy.tracers.opencensus", "typed_config": {}}

ROWS = {
    "1_23-034": (text(workload(annotations={EXCLUDED: "53,8080"})),
                 text(workload(annotations={EXCLUDED: "5353,8080"}))),
    "1_23-035": (text(alert("envoy_cluster_upstream_rq{cluster_name=~'outbound.*'}")),
                 text(alert("istio_requests_total"))),
    "1_23-036": (text(alert("absent(envoy_cluster_upstream_cx_active)")),
                 text(alert("absent(istio_requests_total)"))),
    "1_23-037": (text(mesh(extensionProviders=[{"name": "sd", "stackdriver": {}}])),
                 text(mesh(extensionProviders=[{"name": "sd", "prometheus": {}}]))),
    "1_23-038": (text(mesh(defaultConfig={"tracing": {"openCensusAgent": {"address": "a:1"}}})),
                 text(mesh(defaultConfig={"tracing": {"zipkin": {"address": "a:1"}}}))),
    "1_23-039": (text(values("cni.logLevel", "debug")),
                 text(values("cni.logging.level", "debug"))),
    "1_23-040": (text(values("global.useMCP", True)), text(values("global.logAsJson", True))),
    "1_23-041": (text(gateway(metadata=NETWORK)), text(gateway())),
    "1_23-042": (text(istiod(STACKDRIVER_AUDIT_LOG="true")), text(istiod(PILOT_HTTP10="1"))),
    "1_24-043": (text(OPERATOR, operator()), text(operator())),
    "1_24-044": (text(routes(route())),
                 text(routes(route(retries={"attempts": 2, "retryOn": "5xx,503"})))),
    "1_24-045": (text(workload(labels={"app": "web", "sidecar.istio.io/inject": "true"})),
                 text(workload(labels={"app": "web", "sidecar.istio.io/inject": "false"}))),
    "1_24-046": (text(rule(name="a", exportTo=["."]), rule(name="b", exportTo=["*"])),
                 text(rule(name="a", exportTo=["*"]), rule(name="b"))),
    "1_24-047": (
        text(entry("api.example.com", resolution="STATIC", endpoints=ENDPOINTS),
             rule("api.example.com", tls={"mode": "SIMPLE"})),
        text(entry("api.example.com", resolution="STATIC", endpoints=PLAIN_ENDPOINTS),
             rule("api.example.com", tls={"mode": "SIMPLE"})),
    ),
    "1_24-048": (text(service(), entry("web.shop.svc.cluster.local", namespace="other")),
                 text(service(), entry("web.other.svc.cluster.local", namespace="other"))),
    "1_24-049": (
        text(telemetry(metrics=[{"overrides": [{"tagOverrides": {
            "peer": {"value": "wasm.upstream_peer.labels['app'].value"}}}]}])),
        text(telemetry(metrics=[{"overrides": [{"tagOverrides": {
            "peer": {"value": "filter_state.upstream_peer.app"}}}]}])),
    ),
    "1_24-050": (text(service(selector={"istio.io/gateway-name": "door"})),
                 text(service(selector={f"{GATEWAY_API}/gateway-name": "door"}))),
    "1_24-051": (text(workload(annotations={"sidecar.istio.io/enableCoreDump": "true"})),
                 text(workload(annotations={"sidecar.istio.io/logLevel": "debug"}))),
    "1_24-052": (text(helm("istiod-remote")), text(helm("istiod"))),
    "1_24-053": (text(values("istio_cni.enabled", True)), text(values("cni.chained", True))),
    "1_24-054": (text(crd("gateways.networking.istio.io")),
                 text(crd("gateways.networking.istio.io",
                          **{"app.kubernetes.io/managed-by": "Helm"}))),
    "1_24-055": (text(values("compatibilityVersion", "1.20")),
                 text(values("compatibilityVersion", "1.23"))),
    "1_24-056": (text(values("global.autoscalingv2API", True)),
                 text(values("global.externalIstiod", True))),
    "1_24-057": (text(istiod(PILOT_ENABLE_STATUS="true")),
                 text(istiod(PILOT_ENABLE_ANALYSIS="true"))),
    "1_24-058": (
        text(workload(containers=[{"name": "istio-proxy", "args": ["--log_rotate=/var/log/x"]}])),
        text(workload(containers=[{"name": "istio-proxy", "args": ["--log_output_level=x"]}])),
    ),
    "1_24-059": (text(alert("citadel_server_root_cert_expiry_timestamp < 0")),
                 text(alert("citadel_server_root_cert_expiry_seconds < 0"))),
    "1_24-060": (
        text(istiod()),
        text(istiod(), mesh(defaultConfig={"proxyMetadata": {
            "ENABLE_DEFERRED_STATS_CREATION": "true",
            "BYPASS_OVERLOAD_MANAGER_FOR_STATIC_LISTENERS": "true"}})),
    ),
    "1_25-061": (text(routes(route(match=[HEADER]), gateways=["door"])),
                 text(routes(route(match=[OWN_HEADER]), gateways=["door"]))),
    "1_25-062": (text(patch(CENSUS)), text(patch({"name": "envoy.tracers.zipkin"}))),
    "1_25-063": (text(entry(resolution="DNS"), CAPTURED),
                 text(entry(resolution="DNS", addresses=["10.9.9.9"]), CAPTURED)),
    "1_25-064": (text(helm("cni", ambient={"enabled": True})),
                 text(helm("cni", ambient={"enabled": True, "dnsCapture": False}))),
    "1_25-065": (text(helm("ztunnel", "node-proxy")), text(helm("ztunnel", "ztunnel"))),
    "1_25-066": (
        text(workload(annotations={"traffic.sidecar.istio.io/kubevirtInterfaces": "net1"})),
        text(workload(annotations={"istio.io/reroute-virtual-interfaces": "net1"})),
    ),
    "1_25-067": (text(helm("gateway", name="door")),
                 text(helm("gateway", name="door", labels={"a": "b"}))),
    "1_25-068": (text(istiod(PILOT_SEND_UNHEALTHY_ENDPOINTS="true")),
                 text(istiod(PILOT_SEND_UNHEALTHY_ENDPOINTS="false"))),
    "1_25-069": (text(istiod(PROXY_XDS_DEBUG_VIA_AGENT="false")), text(istiod(PILOT_HTTP10="1"))),
    "1_25-070": (text(mesh(accessLogEncoding="JSON")), text(mesh(accessLogFile="/dev/stdout"))),
    "1_25-071": (
        text(obj("extensions.istio.io/v1alpha1", "WasmPlugin", spec={"url": "oci://x/y:1"})),
        text(patch({"name": "lua", "typed_config": {"@type": WASM.replace("wasm", "lua")}})),
    ),
    "1_26-072": (text(istiod(ENABLE_AUTO_SNI="false")), text(istiod(PILOT_HTTP10="1"))),
    "1_26-073": (text(values("gateways.istio-ingressgateway.zvpn", {"enabled": True})),
                 text(values("gateways.istio-ingressgateway.name", "door"))),
    "1_26-074": (text(values("cni.rollingMaxUnavailable", 1)), text(values("cni.chained", True))),
    "1_26-075": (
        text(operator(profile="ambient")),
        text(operator(profile="ambient",
                      values={"cni": {"ambient": {"shareHostNetworkNamespace": True}}})),
    ),
    "1_26-076": (text(gateway(), istiod()),
                 text(gateway(), istiod(MAX_CONNECTIONS_PER_SOCKET_EVENT_LOOP="0"))),
    "1_26-077": (
        text(istiod(PILOT_ENABLE_ALPHA_GATEWAY_API="true"),
             obj(f"{GATEWAY_API}/v1alpha3", "BackendTLSPolicy", spec={})),
        text(istiod(), obj(f"{GATEWAY_API}/v1alpha3", "BackendTLSPolicy", spec={})),
    ),
}  # fmt: skip
