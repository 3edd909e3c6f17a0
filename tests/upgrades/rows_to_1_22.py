"""For each change of 1.20 to 1.22 a mesh that it concerns, and one like it that it doesn't."""

from pieces import (
    GATEWAY_API,
    beside,
    entry,
    gateway,
    helm,
    istiod,
    mesh,
    namespace,
    obj,
    operator,
    patch,
    rule,
    service,
    telemetry,
    text,
    values,
    workload,
)

EXTERNAL = service("db", type="ExternalName", externalName="db.example.com")
PROBE = "readiness.status.sidecar.istio.io/periodSeconds"
LABELLED = {"app": "x", "istio.io/gateway-name": "door"}

ROWS = {
    "1_20-001": (text(beside("istio.stats")), text(beside("envoy.filters.http.router"))),
    "1_20-002": (
        text(patch({"name": "tcp_cluster_rewrite", "typed_config": {}}, "NETWORK_FILTER")),
        text(patch({"name": "envoy.filters.network.mongo_proxy", "typed_config": {}})),
    ),
    "1_20-003": (
        text(workload(annotations={PROBE: "5"})),
        text(workload(annotations={"sidecar.istio.io/proxyCPU": "5m"})),
    ),
    "1_20-004": (
        text(istiod(PILOT_ENABLE_DESTINATION_RULE_INHERITANCE="true")),
        text(istiod(PILOT_HTTP10="true")),
    ),
    "1_21-005": (text(EXTERNAL), text(service("db"))),
    "1_21-006": (text(EXTERNAL, rule("db")), text(EXTERNAL, rule("db.example.com"))),
    "1_21-007": (
        text(rule(tls={"mode": "SIMPLE"})),
        text(rule(tls={"mode": "SIMPLE", "caCertificates": "/etc/ca.pem"})),
    ),
    "1_21-008": (
        text(rule(tls={"mode": "MUTUAL", "credentialName": "one"})),
        text(rule(tls={"mode": "MUTUAL", "credentialName": "one", "sni": "web"})),
    ),
    "1_21-009": (
        text(service("door", selector=LABELLED)),
        text(service("door", selector={f"{GATEWAY_API}/gateway-name": "door"})),
    ),
    "1_21-010": (
        text(values("telemetry.v2.prometheus.wasmEnabled", True)),
        text(values("telemetry.v2.prometheus.enabled", True)),
    ),
    "1_21-011": (
        text(istiod(PILOT_ENABLE_INBOUND_PASSTHROUGH="false")), text(istiod(PILOT_HTTP10="1")),
    ),
    "1_21-012": (
        text(istiod(BOOTSTRAP_XDS_AGENT="true"), patch({}, "BOOTSTRAP", "MERGE")),
        text(istiod(BOOTSTRAP_XDS_AGENT="false"), patch({}, "BOOTSTRAP", "MERGE")),
    ),
    "1_21-013": (text(values("cni.psp_cluster_role", "x")), text(values("cni.repair.enabled", True))),
    "1_21-014": (
        text(operator(components={"cni": {"enabled": True}}, values={"cni": {"chained": True}})),
        text(operator(components={"cni": {"enabled": True}},
                      values={"cni": {"repair": {"deletePods": True}}})),
    ),
    "1_21-015": (
        text(obj("policy/v1beta1", "PodDisruptionBudget", spec={})),
        text(obj("policy/v1", "PodDisruptionBudget", spec={})),
    ),
    "1_21-016": (
        text(istiod(PILOT_PUSH_THROTTLE="100")),
        text(istiod(PILOT_PUSH_THROTTLE="100", PILOT_MAX_REQUESTS_PER_SECOND="25")),
    ),
    "1_21-017": (
        text(obj("install.istio.io/v1alpha1", "IstioOperator", "installed-state-main", spec={})),
        text(operator()),
    ),
    "1_21-018": (text(values("global.proxy.logLevel", "info")), text(workload())),
    "1_22-019": (
        text(service("zipkin", namespace="istio-system"), mesh()),
        text(service("zipkin", namespace="istio-system"), telemetry(tracing=[{"providers": []}])),
    ),
    "1_22-020": (
        text(mesh(discoverySelectors=[{"matchLabels": {"mesh": "yes"}}]), namespace("shop"), rule()),
        text(mesh(discoverySelectors=[{"matchLabels": {"mesh": "yes"}}]),
             namespace("shop", mesh="yes"), rule()),
    ),
    "1_22-021": (
        text(entry(ports=[{"number": 443, "name": "tls", "protocol": "TLS", "targetPort": 8443}])),
        text(entry(resolution="DNS",
                   ports=[{"number": 443, "name": "tls", "protocol": "TLS", "targetPort": 8443}])),
    ),
    "1_22-022": (
        text(istiod()),
        text(istiod(), mesh(defaultConfig={"proxyMetadata": {"ISTIO_DELTA_XDS": "true"}})),
    ),
    "1_22-023": (
        text(gateway(cls="istio-waypoint",
                     metadata={"annotations": {"istio.io/for-service-account": "web"}})),
        text(gateway(cls="istio-waypoint")),
    ),
    "1_22-024": (
        text(workload(annotations={"ambient.istio.io/redirection": "disabled"})),
        text(workload(annotations={"ambient.istio.io/redirection": "enabled"})),
    ),
    "1_22-025": (
        text(values("global.jwtPolicy", "first-party-jwt")),
        text(values("global.jwtPolicy", "third-party-jwt")),
    ),
    "1_22-026": (text(values("global.oneNamespace", True)), text(values("global.network", "a"))),
    "1_22-027": (
        text(helm("cni", cniBinDir="/opt")),
        text(helm("cni", excludeNamespaces=["kube-system"])),
    ),
    "1_22-028": (text(operator(profile="external")), text(operator(profile="remote"))),
    "1_22-029": (
        text(values("istio_cni.enabled", True)), text(values("pilot.cni.enabled", True)),
    ),
    "1_22-030": (text(istiod(PILOT_ENABLE_HBONE="true")), text(istiod(PILOT_ENABLE_AMBIENT="true"))),
    "1_22-031": (text(rule(version="v1")), text(rule())),
    "1_22-032": (
        text(obj(f"{GATEWAY_API}/v1alpha2", "GRPCRoute", spec={})),
        text(obj(f"{GATEWAY_API}/v1", "GRPCRoute", spec={})),
    ),
    "1_22-033": (text(mesh(accessLogEncoding="JSON")), text(mesh(accessLogEncoding="TEXT"))),
}  # fmt: skip
