"""The files that stand beside a mesh, and the command lines that read them."""

from collections.abc import Iterator
from pathlib import Path

CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: foos.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Foo, plural: foos}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [a]
            properties:
              a: {type: string, pattern: "^a+$", maxLength: 9}
              b: {type: array, items: {x-kubernetes-int-or-string: true}}
            x-kubernetes-validations: [{rule: "self.a != 'b'", message: "no b"}]
"""
MESH_CONFIG = """\
rootNamespace: istio-system
trustDomain: example.org
outboundTrafficPolicy: {mode: REGISTRY_ONLY}
discoverySelectors: [{matchLabels: {team: shop}}]
defaultConfig: {holdApplicationUntilProxyStarts: true, proxyMetadata: {A: "1"}}
extensionProviders: [{name: otel, opentelemetry: {service: otel.shop.svc.cluster.local, port: 4317}}]
serviceSettings: [{settings: {clusterLocal: true}, hosts: ["*.shop.svc.cluster.local"]}]
"""
CONFIG = """\
paths: [.]
default-namespace: shop
fail-on: warning
ignore:
- {rules: [virtual-service/*], paths: ["old/**"], namespaces: [shop], reason: known, expires: 2030-01-01}
"""
PROJECT = """\
[tool.meshctl]
default-namespace = "shop"
ignore = [{ rules = ["gateway/*"], reason = "known" }]
"""
REQUESTS = """\
- {from: client.shop, method: GET, url: "http://reviews.shop/a?b=c", headers: {x-api-key: k}}
- {from: outside, url: "https://reviews.example.com/", source_ip: 10.0.0.1, claims: {iss: i, groups: [a]}}
- {from: gateway/edge.shop, url: "http://reviews.shop:80/"}
"""
VALUES = """\
name: cart
namespace: shop
ports: [{port: 80, protocol: http, targetPort: 8080}, {port: 9000, protocol: grpc}]
gateway: {name: public, namespace: edge, host: shop.example.com, paths: [/cart], serviceAccount: public}
timeout: 10s
retries: {attempts: 2, perTryTimeout: 3s}
canary: {stable: v1, version: v2, weight: 10}
outlierDetection: {consecutive5xxErrors: 5, baseEjectionTime: 30s}
mtls: STRICT
allowedCallers: [web/front, ops/*]
"""
INJECT_CONFIG = """\
policy: enabled
alwaysInjectSelector: [{matchLabels: {app: client}}]
neverInjectSelector: []
injectedAnnotations: {a: b}
template: |
  spec:
    containers:
    - name: istio-proxy
      image: "{{ .Values.global.hub }}/{{ .Values.global.proxy.image }}:{{ .Values.global.tag }}"
      {{- range $key, $value := .ProxyConfig.ProxyMetadata }}
      env: [{name: {{ $key }}, value: "{{ $value }}"}]
      {{- end }}
      args: [proxy, sidecar, --domain, {{ .DeploymentMeta.Namespace | quote }}]
"""
INJECT_VALUES = (
    '{"global": {"hub": "h", "tag": "t", "proxy": {"image": "proxyv2"}}, "revision": ""}'
)
LOG = """\
[2024-01-01T00:00:00.000Z] "GET /a HTTP/1.1" 503 UF upstream_reset - "-" 0 91 1 - "-" "curl" "x" "reviews.shop:80" "10.0.0.1:80" outbound|80||reviews.shop.svc.cluster.local - 10.0.0.2:80 10.0.0.3:1 - default
no healthy upstream
"""
KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: a
contexts: [{name: a, context: {cluster: a, user: a, namespace: shop}}]
clusters: [{name: a, cluster: {server: "https://127.0.0.1:1", insecure-skip-tls-verify: true}}]
users: [{name: a, user: {token: t}}]
"""
CHART = "apiVersion: v2\nname: shop\nversion: 0.1.0\ntype: application\n"
TEMPLATE = """\
{{- if .Values.on }}
apiVersion: v1
kind: Service
metadata: {name: {{ include "shop.name" . | quote }}, namespace: {{ .Release.Namespace }}}
spec: {ports: [{name: http, port: {{ .Values.port | default 80 }}}]}
{{- end }}
"""
KUSTOMIZATION = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop
namePrefix: a-
resources: [mesh.yaml]
patches: [{target: {kind: Service}, patch: "[{op: add, path: /metadata/labels, value: {a: b}}]"}]
"""
BASELINE = """\
{"version": 2, "findings": [{"fingerprint": "0123456789abcdef", "rule": "gateway/port-not-exposed",
 "file": "mesh.yaml", "message": "m", "expires": "2030-01-01", "reason": "r"}]}
"""
FILES = {
    "side/crds.yaml": CRD, "side/mesh-config.yaml": MESH_CONFIG, "side/config.yaml": CONFIG,
    "project/pyproject.toml": PROJECT, "side/requests.yaml": REQUESTS, "side/values.yaml": VALUES,
    "side/inject.yaml": INJECT_CONFIG, "side/inject-values.json": INJECT_VALUES, "side/log.txt": LOG,
    "side/kubeconfig.yaml": KUBECONFIG, "chart/Chart.yaml": CHART, "chart/templates/a.yaml": TEMPLATE,
    "chart/values.yaml": "on: true\nport: 80\n", "custom/kustomization.yaml": KUSTOMIZATION,
    "side/baseline.json": BASELINE,
}  # fmt: skip
"""Each file beside the mesh, as it is before anything changes it."""

GROUPS = ("file", "rule", "namespace", "team", "severity")
LINES = f"""
analyze mesh.yaml --config side/config.yaml
analyze mesh.yaml --config side/config.yaml -o json
analyze mesh.yaml --mesh-config side/mesh-config.yaml --whole-mesh
analyze mesh.yaml --crds side/crds.yaml
analyze mesh.yaml --baseline side/baseline.json
analyze mesh.yaml --update-baseline out/baseline.json
analyze mesh.yaml --fix --diff
analyze mesh.yaml --unsafe-fixes --diff
analyze mesh.yaml --unsafe-fixes
analyze mesh.yaml -q -O json=out/a.json -O sarif=out/a.sarif -O html=out/a.html -O junit=-
analyze --cluster-name a=old --cluster-name b=mesh.yaml
analyze mesh.yaml --since HEAD
analyze mesh.yaml -n shop -l app=reviews --severity warning --fail-on info
analyze mesh.yaml --select IST0101,gateway --ignore gateway/port-not-exposed
analyze project --config project/pyproject.toml
analyze chart
analyze chart --values side/values.yaml --set-value on=false --release shop/x
analyze custom
analyze -
kube-inject -
validate -
validate side/crds.yaml mesh.yaml --crds side/crds.yaml
schema Foo --crds side/crds.yaml
schema sync --crds side/crds.yaml -d out/schemas
routes edge.shop mesh.yaml
routes mesh.yaml --from shop/client -o json
trace --requests side/requests.yaml mesh.yaml
trace --requests side/requests.yaml mesh.yaml -o json --mesh-config side/mesh-config.yaml
trace POST https://reviews.example.com/a --from outside --source-ip 1.2.3.4 -H host:a mesh.yaml
trace GET http://reviews.shop/ --from client.shop --claims {{"iss":"a"}} mesh.yaml -o json
diagnose side/log.txt mesh.yaml
diagnose - mesh.yaml -o json
diagnose NR mesh.yaml --from client.shop --to reviews.shop
tls-check client.shop reviews.shop:80 mesh.yaml -o json
check-inject deployment/reviews.shop mesh.yaml
kube-inject mesh.yaml --inject-config side/inject.yaml --values side/inject-values.json
kube-inject mesh.yaml --mesh-config side/mesh-config.yaml --output-style istioctl
kube-inject mesh.yaml --istio-version 1.20 --native true --set global.proxy.logLevel=debug
kube-inject mesh.yaml -o out/injected.yaml
kube-inject mesh.yaml -i
size mesh.yaml --pods 100 -o json --mesh-config side/mesh-config.yaml
upgrade mesh.yaml --from 1.20 --to 1.31 --values side/inject-values.json -o json
migrate mesh.yaml --to gateway-api --strict -o yaml
migrate mesh.yaml --to gateway-api -o diff
migrate mesh.yaml -d out/migrated
graph mesh.yaml --focus reviews.shop --findings -o html
generate service -f side/values.yaml
generate chart out/chart -f side/values.yaml
generate sidecar mesh.yaml
generate sidecar mesh.yaml --per workload --exact -o json
generate sidecar mesh.yaml -o text
generate authorization mesh.yaml
generate authorization mesh.yaml --enforce -o json
generate authorization mesh.yaml -o text
webhook test mesh.yaml --cluster --kubeconfig side/kubeconfig.yaml
analyze mesh.yaml --cluster --kubeconfig side/kubeconfig.yaml --timeout 1
proxy-status --kubeconfig side/kubeconfig.yaml --timeout 1
version --kubeconfig side/kubeconfig.yaml --timeout 1
{"".join(f"analyze mesh.yaml --group-by {group}" + chr(10) for group in GROUPS)}
"""


def write(home: Path) -> None:
    """Write the files as they are, below a directory."""
    for name, text in FILES.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")


def lines() -> Iterator[list[str]]:
    """Walk the command lines that read more than a mesh, or read it otherwise."""
    for line in LINES.splitlines():
        if line:
            yield line.split(" ")


def read_by(line: list[str]) -> list[str]:
    """The files beside the mesh that a command line names, or that lie in its directory."""
    words = {word.rpartition("=")[2] for word in line}
    return [name for name in FILES if name in words or name.partition("/")[0] in words]
