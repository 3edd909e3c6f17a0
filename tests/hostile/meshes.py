"""A small mesh in which every command finds something, with texts of the test's choice in it."""

import json
from pathlib import Path

MESH = """\
apiVersion: v1
kind: Namespace
metadata: {{name: shop, labels: {{istio-injection: enabled}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: reviews, namespace: shop, annotations: {{note: {text}}}}}
spec: {{selector: {{app: reviews}}, ports: [{{name: http, port: 80}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec: {{selector: {{app: {name}}}, ports: [{{name: {name}, port: 80, appProtocol: {text}}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: reviews, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: reviews}}}}
  template:
    metadata: {{labels: {{app: reviews}}}}
    spec: {{containers: [{{name: app, image: {text}, args: [{text}], env: [{{name: PASSWORD, value: {secret}}}]}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}, annotations: {{proxy.istio.io/config: {text}, sidecar.istio.io/proxyCPU: {text}}}}}
    spec: {{hostNetwork: true, containers: [{{name: {name}, image: {text}}}]}}
---
apiVersion: v1
kind: Pod
metadata: {{name: client, namespace: shop, labels: {{app: client}}, annotations: {{sidecar.istio.io/inject: {text}}}}}
spec: {{containers: [{{name: app, image: x}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: edge, namespace: shop}}
spec:
  selector: {{matchLabels: {{istio: edge}}}}
  template:
    metadata: {{labels: {{istio: edge}}}}
    spec: {{containers: [{{name: istio-proxy, image: auto, args: [proxy, router]}}]}}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: edge, namespace: shop}}
spec:
  selector: {{istio: edge}}
  servers:
  - {{port: {{number: 443, name: {name}, protocol: HTTPS}}, hosts: [reviews.example.com, {text}], tls: {{mode: SIMPLE, credentialName: cert}}}}
  - {{port: {{number: 80, name: http, protocol: HTTP}}, hosts: ["*"]}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: reviews, namespace: shop}}
spec:
  hosts: [reviews.shop.svc.cluster.local, reviews.example.com]
  gateways: [mesh, edge]
  http:
  - name: {text}
    match: [{{headers: {{x-api-key: {{exact: {secret}}}, authorization: {{prefix: {bearer}}}}}}}, {{uri: {{prefix: {text}}}}}]
    headers: {{request: {{set: {{authorization: {bearer}, x-note: {text}}}}}}}
    route: [{{destination: {{host: {text}, subset: {text}}}}}]
  - route: [{{destination: {{host: reviews, subset: {name}}}}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: {name}, namespace: shop}}
spec: {{host: reviews, trafficPolicy: {{tls: {{mode: DISABLE}}}}, subsets: [{{name: {name}, labels: {{version: {text}}}}}]}}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: {name}, namespace: shop}}
spec: {{hosts: [{text}, ext.example.com], addresses: [{text}], ports: [{{number: 80, name: {name}, protocol: HTTP}}], resolution: DNS}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {{name: default, namespace: shop}}
spec: {{mtls: {{mode: STRICT}}}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: {name}, namespace: shop}}
spec:
  action: DENY
  selector: {{matchLabels: {{app: reviews}}}}
  rules:
  - from: [{{source: {{principals: [{text}], namespaces: [{text}]}}}}]
    to: [{{operation: {{paths: [{text}]}}}}]
    when: [{{key: "request.headers[authorization]", values: [{bearer}]}}]
---
apiVersion: v1
kind: Secret
metadata: {{name: cert, namespace: shop}}
stringData: {{tls.crt: {secret}, tls.key: {secret}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: wrong, namespace: shop}}
data: {{a: 8675309, a: {secret}, b: [{secret}]}}
---
apiVersion: v1
kind: Secret
metadata: {{name: number, namespace: shop}}
stringData: {{pin: 8675309}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}, namespace: shop}}
data: {{settings: {text}, password: {secret}, tok: {bearer}}}
data: {{}}
"""
TESTS = """\
mesh: []
tests:
- name: {text}
  request: {{from: client.shop, method: GET, url: "http://reviews.shop/", headers: {{x: {text}, authorization: {bearer}}}}}
  expect: {{outcome: forwarded, to: {{host: {text}}}}}
"""


def write_mesh(
    directory: Path,
    *,
    text: str,
    name: str,
    secret: str,
    bearer: str,
) -> None:
    """Write the mesh, an older state of it in ``old``, and tests about it."""
    words = {
        key: json.dumps(value)
        for key, value in {"text": text, "name": name, "secret": secret, "bearer": bearer}.items()
    }
    (directory / "mesh.yaml").write_text(MESH.format(**words), encoding="utf-8")
    (directory / "tests.yaml").write_text(TESTS.format(**words), encoding="utf-8")
    (directory / "old").mkdir()
    older = MESH.format(**{**words, "text": '"older"'}).replace("mode: STRICT", "mode: DISABLE")
    (directory / "old" / "mesh.yaml").write_text(older, encoding="utf-8")
