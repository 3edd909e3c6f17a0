"""Rows of hosts that have no endpoint: by a list that is empty, or a selector of nothing."""

import pytest

from meshctl.engine.analyze import load_mesh
from meshctl.settings import Settings
from meshctl.sources.loader import load

CLIENT = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: till, namespace: shop}
spec:
  selector: {matchLabels: {app: till}}
  template:
    metadata: {labels: {app: till}}
    spec: {containers: [{name: app, image: "example.com/till:1"}]}
---
"""
ENTRY = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: bank, namespace: shop}
spec:
  hosts: [bank.example.com]
  location: MESH_EXTERNAL
  ports: [{number: 80, name: http, protocol: HTTP}]
"""


@pytest.mark.parametrize(
    ("more", "is_whole", "expected"),
    [
        ("  resolution: STATIC", False, "no-endpoint"),
        ("  resolution: STATIC\n  endpoints: [{address: 203.0.113.4}]", True, "plaintext"),
        ("  resolution: STATIC\n  workloadSelector: {labels: {app: bank}}", True, "no-endpoint"),
        ("  resolution: STATIC\n  workloadSelector: {labels: {app: bank}}", False, "plaintext"),
        ("  resolution: STATIC\n  workloadSelector: {labels: {app: till}}", True, "plaintext"),
        ("  resolution: DNS", True, "plaintext"),
        ("  resolution: NONE", True, "plaintext"),
    ],
)
def test_a_host_without_endpoints_is_told(tmp_path, more, is_whole, expected) -> None:
    file = tmp_path / "mesh.yaml"
    file.write_text(CLIENT + ENTRY + more)
    mesh = load_mesh(load([str(file)]), Settings(whole_mesh=is_whole))
    (till,) = mesh.workloads.find({"app": "till"}, "shop")
    client = mesh.security.mtls.client(till)
    hosts = mesh.registry.at("bank.example.com")
    assert [expected] == [one.result.value for one in mesh.security.mtls.connections(client, hosts)]
