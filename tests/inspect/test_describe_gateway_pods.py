"""What is said of a gateway's pod: policies for its Gateway by name, and no Sidecar."""

import pytest

from meshctl.engine.analyze import load_mesh
from meshctl.inspect.describe import describe
from meshctl.output.describe.write import description_form
from meshctl.settings import Settings
from meshctl.sources.loader import load

MESH = """
apiVersion: v1
kind: Namespace
metadata: {name: doors}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front, namespace: doors}
spec:
  gatewayClassName: istio
  listeners: [{name: http, port: 80, protocol: HTTP}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: front-istio, namespace: doors}
spec:
  selector: {matchLabels: {gateway.networking.k8s.io/gateway-name: front}}
  template:
    metadata:
      labels: {gateway.networking.k8s.io/gateway-name: front, sidecar.istio.io/inject: "false"}
    spec:
      containers: [{name: istio-proxy, image: "example.com/proxyv2:1.31.0", args: [proxy, router]}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: reading, namespace: doors}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]
  rules: [{to: [{operation: {methods: [GET]}}]}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: elsewhere, namespace: doors}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: back}]
  action: DENY
  rules: [{to: [{operation: {methods: [GET]}}]}]
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: tokens, namespace: doors}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]
  jwtRules: [{issuer: "https://login.example.com", jwksUri: "https://login.example.com/keys"}]
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: doors}
spec:
  egress: [{hosts: ["./*"]}]
"""


@pytest.fixture
def pod(tmp_path):
    file = tmp_path / "mesh.yaml"
    file.write_text(MESH)
    mesh = load_mesh(load([str(file)]), Settings())
    return description_form(describe(mesh, "pod", "front-istio.doors", Settings()))


def test_policies_for_the_gateway_are_listed(pod) -> None:
    assert ["reading"] == [one["name"] for one in pod["authorization"]["policies"]]
    assert "who meets a rule of ALLOW: any source" == pod["authorization"]["callers"]


def test_tokens_that_the_gateway_checks_are_listed(pod) -> None:
    assert [["https://login.example.com"]] == [
        one["issuers"] for one in pod["request_authentications"]
    ]


def test_no_sidecar_limits_it(pod) -> None:
    assert pod["sidecar"] is None
