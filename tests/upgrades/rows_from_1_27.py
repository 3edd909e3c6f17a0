"""For each change of 1.27 and later a mesh that it concerns, and one like it that it doesn't."""

from pieces import (
    GATEWAY_API,
    alert,
    ambient,
    crd,
    entry,
    gateway,
    injected,
    istiod,
    mesh,
    node,
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


def calling(*words: str, **more: object) -> list[object]:
    return [{"name": "tool", "image": "registry.example.net/tool:1", "args": [*words], **more}]


def authentication(uri: str) -> object:
    rules = [{"issuer": "one", "jwksUri": uri}]
    return obj("security.istio.io/v1", "RequestAuthentication", spec={"jwtRules": rules})


def machine(**labels: str) -> object:
    return obj("networking.istio.io/v1", "WorkloadEntry", spec={"address": "10.1.1.1"},
               metadata={"annotations": {"istio.io/autoRegistrationGroup": "a"},
                         "labels": labels})  # fmt: skip


MIRRORED = route(mirror={"host": "copy"})
DRY_RUN = obj("security.istio.io/v1", "AuthorizationPolicy", spec={},
              metadata={"annotations": {"istio.io/dry-run": "true"}})  # fmt: skip
ISTIO_GATEWAY = "networking.istio.io/v1"
SERVER = {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}
LIMITED = {"sidecar.istio.io/proxyCPULimit": "2"}
AUTHORIZER = {
    "name": "envoy.filters.http.ext_authz",
    "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
        "grpc_service": {"timeout": "0s"},
    },
}
WAITING = {**AUTHORIZER, "typed_config": {**AUTHORIZER["typed_config"],
                                          "grpc_service": {"timeout": "1s"}}}  # fmt: skip
SOCKETS = {"match": [{"headers": {"upgrade": {"exact": "websocket"}}}]}
HOLDER = {"selector": {"app": "web"}, "ports": [{"name": "grpc", "port": 80}]}


def listed(cls: str, namespace: str) -> object:
    return obj(ISTIO_GATEWAY, "Gateway", "old", namespace=namespace,
               spec={"selector": {f"{GATEWAY_API}/gateway-name": cls}, "servers": [SERVER]})  # fmt: skip


ROWS = {
    "1_27-078": (text(injected(), workload(), node("v1.33.2")),
                 text(injected(), workload(), node("v1.33.2"), node("v1.32.1", "node-2"))),
    "1_27-079": (text(workload(containers=calling("curl -X POST localhost:15020/quitquitquit"))),
                 text(workload(containers=calling("curl -X POST localhost:8080/reload")))),
    "1_27-080": (text(injected(), workload(initContainers=calling("curl http://web.shop/ready"))),
                 text(injected(), workload(initContainers=calling("chown -R 10 /data")))),
    "1_27-081": (text(mesh(extensionProviders=[{"name": "ls", "lightstep": {"port": 1}}])),
                 text(mesh(extensionProviders=[{"name": "ls", "opentelemetry": {"port": 1}}]))),
    "1_27-082": (
        text(workload(containers=calling("http://istiod.istio-system:15014/debug/syncz"))),
        text(workload(namespace="istio-system",
                      containers=calling("http://istiod.istio-system:15014/debug/syncz"))),
    ),
    "1_27-083": (text(workload(containers=calling("--xds-address=istiod.istio-system:15010"))),
                 text(workload(containers=calling("--xds-address=istiod.istio-system:15012")))),
    "1_27-084": (text(values("global.multiCluster.enabled", True)),
                 text(values("global.multiCluster.clusterName", "east"))),
    "1_27-085": (text(istiod(PILOT_STATUS_BURST="9")), text(istiod(PILOT_HTTP10="1"))),
    "1_27-086": (text(machine()), text(machine(), istiod(ENABLE_PROXY_FIND_POD_BY_IP="true"))),
    "1_27-087": (text(crd("gateways.networking.istio.io")), text(crd("policies.example.com"))),
    "1_27-088": (text(crd(f"tlsroutes.{GATEWAY_API}", "v1.5.0")),
                 text(crd(f"tlsroutes.{GATEWAY_API}", "v1.4.0"))),
    "1_28-089": (text(ambient(), entry(resolution="NONE")), text(ambient(), entry(resolution="DNS"))),
    "1_28-090": (text(obj(f"{GATEWAY_API}/v1alpha3", "BackendTLSPolicy", spec={})),
                 text(obj(f"{GATEWAY_API}/v1", "BackendTLSPolicy", spec={}))),
    "1_28-091": (text(obj(f"{GATEWAY_API}/v1", "BackendTLSPolicy", spec={})),
                 text(obj(f"{GATEWAY_API}/v1alpha3", "BackendTLSPolicy", spec={}))),
    "1_28-092": (text(obj("inference.networking.x-k8s.io/v1alpha2", "InferencePool", spec={})),
                 text(obj("inference.networking.k8s.io/v1", "InferencePool", spec={}))),
    "1_28-093": (text(istiod(METRIC_ROTATION_INTERVAL="1h")), text(istiod(PILOT_HTTP10="1"))),
    "1_28-094": (text(routes(MIRRORED)), text(routes(route()))),
    "1_28-095": (text(gateway(), mesh(enableTracing=True)), text(gateway(), mesh(enableTracing=False))),
    "1_28-096": (text(crd("authorizationpolicies.security.istio.io")),
                 text(crd("gateways.networking.istio.io"))),
    "1_28-097": (
        text(rule(connectionPool={"http": {"h2UpgradePolicy": "UPGRADE"}})),
        text(rule(connectionPool={"http": {"h2UpgradePolicy": "UPGRADE", "http2MaxRequests": 9}})),
    ),
    "1_28-098": (
        text(routes(route(headers={"request": {"set": {"x": '%DYNAMIC_METADATA(["a","b"])%'}}}))),
        text(routes(route(headers={"request": {"set": {"x": "%DYNAMIC_METADATA(a:b)%"}}}))),
    ),
    "1_28-099": (text(routes(route(timeout="5s", **SOCKETS))), text(routes(route(timeout="5s")))),
    "1_29-100": (text(workload(annotations={"sidecar.istio.io/statsCompression": "false"})),
                 text(workload(annotations={"proxy.istio.io/config": "statsCompression: false"}))),
    "1_29-101": (text(alert("envoy_cluster_circuit_breakers_default_remaining_rq < 5")),
                 text(alert("envoy_cluster_circuit_breakers_default_rq_open > 0"))),
    "1_29-102": (
        text(operator(profile="ambient")),
        text(operator(profile="ambient",
                      values={"cni": {"ambient": {"reconcileIptablesOnStartup": False}}})),
    ),
    "1_29-103": (text(DRY_RUN, istiod(AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY="true")),
                 text(DRY_RUN, istiod())),
    "1_29-105": (text(workload(containers=calling("--server=xds://istiod.istio-system:15010"))),
                 text(workload(containers=calling("--server=xds://own.shop:15010")))),
    "1_29-106": (text(authentication("http://169.254.169.254/keys")),
                 text(authentication("https://keys.example.com/keys"))),
    "1_29-107": (text(ambient(), machine()),
                 text(ambient(), machine(**{"networking.istio.io/tunnel": "http"}))),
    "1_29-108": (text(obj(f"{GATEWAY_API}/v1beta1", "HTTPRoute", spec={})),
                 text(obj(f"{GATEWAY_API}/v1", "HTTPRoute", spec={}))),
    "1_29-109": (
        text(workload(annotations=LIMITED)),
        text(workload(annotations={**LIMITED, "proxy.istio.io/config": "concurrency: 2"})),
    ),
    "1_29-110": (text(service(**HOLDER)), text(service())),
    "1_29-111": (
        text(telemetry(tracing=[{"customTags": {"user": {"header": {"name": "x-user"}}}}])),
        text(telemetry(tracing=[{"customTags": {"zone": {"literal": {"value": "a"}}}}])),
    ),
    "1_30-112": (text(entry(namespace="a"), entry(namespace="b")),
                 text(entry(namespace="a"), entry("b.example.com", namespace="b"))),
    "1_30-113": (text(obj("gateway.networking.x-k8s.io/v1alpha1", "XListenerSet", spec={})),
                 text(obj(f"{GATEWAY_API}/v1", "ListenerSet", spec={}))),
    "1_30-114": (text(obj(f"{GATEWAY_API}/v1alpha2", "TLSRoute", spec={})),
                 text(obj(f"{GATEWAY_API}/v1alpha2", "TLSRoute", spec={}),
                      crd(f"tlsroutes.{GATEWAY_API}", "v1.5.1"))),
    "1_30-115": (
        text(workload(volumes=[{"name": "a", "hostPath": {"path": "/etc/cni/net.d"}}])),
        text(workload(volumes=[{"name": "a", "hostPath": {"path": "/etc/ssl"}}])),
    ),
    "1_30-116": (text(ambient(), values("cni.excludeNamespaces", ["shop"])),
                 text(ambient(), values("cni.excludeNamespaces", ["kube-system"]))),
    "1_30-117": (text(values("pilot.taint.enabled", True)), text(values("pilot.taint.enabled", False))),
    "1_30-118": (text(injected(), workload(labels={"app.kubernetes.io/name": "web"})),
                 text(injected(), workload(labels={"app.kubernetes.io/name": "web", "app": "w"}))),
    "1_30-119": (text(rule(tls={"mode": "SIMPLE"})), text(rule(tls={"mode": "ISTIO_MUTUAL"}))),
    "1_30-120": (text(patch(AUTHORIZER)), text(patch(WAITING))),
    "1_30-121": (text(alert("rate(envoy_cluster_upstream_rq_pending_overflow[5m]) > 0")),
                 text(alert("rate(envoy_cluster_upstream_rq_retry_overflow[5m]) > 0"))),
    "1_30-122": (text(node("v1.31.9")), text(node("v1.32.0"))),
    "1_31-123": (
        text(service()), text(service(), rule(outlierDetection={"minHealthPercent": 0})),
    ),
    "1_31-124": (text(gateway(namespace="b"), listed("door", "a")),
                 text(gateway(namespace="a"), listed("door", "a"))),
    "1_31-125": (text(istiod(PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY="false")),
                 text(istiod(PILOT_HTTP10="1"))),
    "1_31-126": (text(obj(f"{GATEWAY_API}/v1alpha2", "TCPRoute", spec={})),
                 text(obj(f"{GATEWAY_API}/v1", "TCPRoute", spec={}))),
    "1_31-127": (text(mesh(serviceEntryVisibility={"mode": "OWN"})), text(mesh(accessLogFile="x"))),
    "1_31-128": (text(values("compatibilityVersion", "1.24")),
                 text(values("compatibilityVersion", "1.30"))),
    "1_32-dev-129": (text(istiod(GOMAXPROCS="2")), text(istiod(GOMEMLIMIT="2"))),
    "1_32-dev-130": (text(istiod(PILOT_ENABLE_HEADLESS_FILTER_CHAIN_LISTENER="true")),
                     text(istiod(PILOT_HTTP10="1"))),
    "1_32-dev-131": (
        text(mesh(defaultConfig={"proxyMetadata": {
            "ISTIO_META_GLOBAL_DOWNSTREAM_MAX_CONNECTIONS": "9"}})),
        text(mesh(defaultConfig={"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": "true"}})),
    ),
}  # fmt: skip
