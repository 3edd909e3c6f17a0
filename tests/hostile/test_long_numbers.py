"""Numbers of thousands of digits, which Python refuses to read, are text like any other."""

from pathlib import Path

import every_command
import pytest

from meshctl.words import whole_number
from meshctl.yaml.emitter import sorted_keys

LONG = "1" * 5000
MESH = f"""\
apiVersion: v1
kind: Namespace
metadata: {{name: shop, labels: {{istio-injection: enabled}}, annotations: {{openshift.io/sa.scc.uid-range: {LONG}/{LONG}}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: db, namespace: shop, labels: {{networking.istio.io/gatewayPort: "{LONG}"}}}}
spec: {{selector: {{app: db}}, ports: [{{name: http, port: 80, targetPort: "{LONG}"}}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db, namespace: shop}}
spec:
  serviceName: db
  replicas: 2
  selector: {{matchLabels: {{app: db}}}}
  template:
    metadata:
      labels: {{app: db}}
      annotations:
        traffic.sidecar.istio.io/excludeInboundPorts: "{LONG}"
        status.sidecar.istio.io/port: "{LONG}"
        prometheus.io/scrape: "true"
        prometheus.io/port: "{LONG}"
    spec:
      containers:
      - name: app
        image: nginx:{LONG}.{LONG}
        args: ["http://db-{LONG}.db/", "nc db {LONG}", "--listen=127.0.0.1:{LONG}"]
        command: [sh, -c, "nc db {LONG}"]
        ports: [{{containerPort: 80}}]
        env:
        - {{name: HOST, value: 127.0.0.1}}
        - {{name: PORT, value: "{LONG}"}}
        - {{name: DB_HOST, value: db}}
        - {{name: DB_PORT, value: "{LONG}"}}
        readinessProbe: {{httpGet: {{port: "{LONG}", path: /}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: istiod, namespace: istio-system, labels: {{app: istiod}}}}
spec:
  selector: {{matchLabels: {{app: istiod}}}}
  template:
    metadata: {{labels: {{app: istiod}}}}
    spec: {{containers: [{{name: discovery, image: "pilot:1.{LONG}"}}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: istio, namespace: istio-system}}
data: {{mesh: "defaultConfig: {{tracing: {{zipkin: {{address: 'db.shop:{LONG}'}}}}}}"}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: db, namespace: shop}}
spec: {{selector: {{matchLabels: {{app: db}}}}, action: DENY, rules: [{{to: [{{operation: {{ports: ["{LONG}"]}}}}]}}]}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {{name: db, namespace: shop}}
spec: {{selector: {{matchLabels: {{app: db}}}}, portLevelMtls: {{"{LONG[:900]}": {{mode: STRICT}}}}}}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {{name: db, namespace: shop}}
spec:
  workloadSelector: {{labels: {{app: db}}}}
  ingress: [{{port: {{number: 80, name: http, protocol: HTTP}}, defaultEndpoint: "127.0.0.1:{LONG}"}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: db, namespace: shop}}
spec:
  hosts: [db]
  http:
  - match: [{{uri: {{prefix: /a}}}}]
    redirect: {{authority: "db:{LONG}"}}
  - retries: {{attempts: 1, retryOn: "{LONG}", perTryTimeout: {LONG}s}}
    route: [{{destination: {{host: db}}}}]
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {{name: db, namespace: shop}}
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    match: {{context: SIDECAR_OUTBOUND, proxy: {{proxyVersion: '{LONG}'}}, cluster: {{name: "inbound|{LONG}||"}}}}
    patch: {{operation: ADD, value: {{envoy_grpc: {{cluster_name: "outbound|{LONG}||db.shop.svc.cluster.local"}}}}}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: grpcroutes.gateway.networking.k8s.io
  annotations: {{gateway.networking.k8s.io/bundle-version: v{LONG}.{LONG}.{LONG}}}
spec: {{group: gateway.networking.k8s.io, scope: Namespaced, names: {{kind: GRPCRoute, plural: grpcroutes}}, versions: []}}
---
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {{name: db, namespace: shop}}
spec: {{targetRef: {{apiVersion: apps/v1, kind: StatefulSet, name: db}}, service: {{port: 80, targetPort: "{LONG}"}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: way, namespace: shop, annotations: {{ambient.istio.io/waypoint-inbound-binding: PROXY/{LONG}}}}}
spec: {{gatewayClassName: istio-waypoint, listeners: [{{name: mesh, port: 15008, protocol: HBONE}}]}}
"""
LINES = [
    ["analyze", "."], ["analyze", ".", "--whole-mesh"], ["validate", "."], ["check-inject", "."],
    ["kube-inject", "."], ["kube-inject", ".", "--set", f"global.logging.level={LONG}"],
    ["routes", "."], ["tls-check", "."], ["size", "."], ["graph", "."],
    ["migrate", ".", "--to", "gateway-api"], ["generate", "sidecar", "."],
    ["generate", "authorization", "."], ["upgrade", "--from", "1.19", "--to", "1.32", "."],
    ["diagnose", f"503 UF outbound|{LONG}||db.shop", "."],
    ["trace", "GET", "http://db.shop/", "--from", "db.shop", "."],
]  # fmt: skip


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line)[:60])
def test_no_command_reads_them(line: list[str], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mesh.yaml").write_text(MESH)
    done = every_command.run(*line)
    assert "defect" not in done.err
    assert done.code in {0, 1} or "should be a port" in done.err


@pytest.mark.parametrize("index", [LONG, "1001"])
def test_no_list_is_that_long(index: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mesh.yaml").write_text(MESH)
    done = every_command.run("kube-inject", ".", "--set", f"imagePullSecrets[{index}]=a")
    assert (2, True) == (done.code, "no list is that long" in done.err)


def test_keys_are_sorted_by_numbers_that_overflow() -> None:
    assert ("a2" + "0" * 20, "a1") == sorted_keys(
        ("a1", "a2" + "0" * 20)
    )  # 20 times 10^19 is negative
    assert (f"a{LONG}", f"a{LONG}2") == sorted_keys((f"a{LONG}2", f"a{LONG}"))
    assert ("a9", "a10", "a10b") == sorted_keys(("a10b", "a10", "a9"))


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("080", 80), ("9" * 18, 10**18 - 1), ("9" * 19, None), (LONG, None), ("", None),
     ("-1", None), ("+1", None), ("1_0", None), ("٣", None), ("²", None), (" 1", None)],
)  # fmt: skip
def test_whole_numbers(text: str, number: int | None) -> None:
    assert number == whole_number(text)
