"""What ``trace``, ``tls-check`` and ``describe`` say of the TLS that a BackendTLSPolicy opens."""

import io
from pathlib import Path

import pytest

from meshctl.engine.analyze import load_mesh
from meshctl.inspect.describe.service import service_answer
from meshctl.inspect.shown import Shown
from meshctl.inspect.tls.check import TlsCheck, TlsFilter
from meshctl.inspect.tls.failures import failures
from meshctl.inspect.trace.answer import Trace, trace
from meshctl.inspect.trace.requests import make_request
from meshctl.mesh import Mesh
from meshctl.output.trace.text import write_trace
from meshctl.resources import Service
from meshctl.settings import Settings
from meshctl.sources.loader import load

MESH = """
apiVersion: v1
kind: Namespace
metadata: {name: vaults, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Service
metadata: {name: safe, namespace: vaults}
spec: {selector: {app: safe}, ports: [{name: https, port: 443, targetPort: 8443}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: safe, namespace: vaults}
spec:
  template:
    metadata: {labels: {app: safe, sidecar.istio.io/inject: "false"}}
    spec: {containers: [{name: safe}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: clerk, namespace: vaults}
spec:
  template:
    metadata: {labels: {app: clerk}}
    spec: {containers: [{name: clerk}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: door, namespace: vaults}
spec:
  gatewayClassName: istio
  listeners: [{name: http, port: 80, protocol: HTTP}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: safe, namespace: vaults}
spec:
  parentRefs: [{name: door}]
  hostnames: [safe.example.com]
  rules: [{backendRefs: [{name: safe, port: 443}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: safe, namespace: vaults}
spec:
  targetRefs: [{group: "", kind: Service, name: safe, sectionName: https}]
  validation:
    hostname: safe.example.com
    caCertificateRefs: [{group: "", kind: ConfigMap, name: authority}]
"""
AUTHORITY = """---
apiVersion: v1
kind: ConfigMap
metadata: {name: authority, namespace: vaults}
data: {ca.crt: "certificates"}
"""
OUTSIDE, BESIDE = ("http://safe.example.com/", "outside"), ("http://safe:443/", "clerk.vaults")


def read(tmp_path: Path, more: str = "", *, beside: bool = False) -> Mesh:
    """Read the mesh; ``beside`` says that the safe has a sidecar."""
    written = MESH.replace(', sidecar.istio.io/inject: "false"', "") if beside else MESH
    (tmp_path / "mesh.yaml").write_text(written + more)
    return load_mesh(load([str(tmp_path)]), Settings(whole_mesh=True))


def ask(mesh: Mesh, url: str, client: str) -> Trace:
    return trace(mesh, make_request(url, client), "vaults")


def text_of(found: Trace) -> str:
    out = io.StringIO()
    write_trace(found, out)
    return out.getvalue()


@pytest.mark.parametrize(("url", "client"), [OUTSIDE, BESIDE])
def test_requests_go_on_over_tls_by_the_policy(tmp_path: Path, url: str, client: str) -> None:
    found = ask(read(tmp_path, AUTHORITY), url, client)
    assert ("forwarded", "tls") == (found.outcome, found.tls)
    assert "by BackendTLSPolicy vaults/safe" in text_of(found)
    assert "the client sends TLS mode SIMPLE" in text_of(found)


def test_without_its_authority_a_gateway_connects_to_nobody(tmp_path: Path) -> None:
    found = ask(read(tmp_path), *OUTSIDE)
    assert ("tls-conflict", "UF", 503) == (found.outcome, found.flag, found.status)
    text = "the authority of the BackendTLSPolicy can't be had, so it connects to no server"
    assert 2 == text_of(found).count(text)


def test_without_its_authority_a_sidecar_sends_plaintext(tmp_path: Path) -> None:
    found = ask(read(tmp_path), *BESIDE)
    assert ("forwarded", "plaintext") == (found.outcome, found.tls)
    assert "and sends plaintext" in text_of(found)
    assert "SIMPLE" not in text_of(found)


def test_rows_name_the_policy_and_its_sni(tmp_path: Path) -> None:
    (row,) = [
        row.data
        for row in TlsCheck(read(tmp_path, AUTHORITY)).found(TlsFilter("vaults/clerk"))
        if row.data.host.startswith("safe.")
    ]
    assert ("simple", "safe.example.com", "tls") == (row.client_tls, row.sni, row.result)
    assert "BackendTLSPolicy vaults/safe" == row.objects
    assert row.reason.startswith("a BackendTLSPolicy says so")


def test_a_conflict_is_explained_by_the_rule_about_policies(tmp_path: Path) -> None:
    strict = """---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: vaults}
spec: {mtls: {mode: STRICT}}
"""
    mesh = read(tmp_path, AUTHORITY + strict, beside=True)
    (failure,) = failures(TlsCheck(mesh).found(TlsFilter("vaults/clerk")).weighed())
    assert "backend-tls-policy/tls-to-sidecar" == failure.rule
    assert failure.client.startswith("BackendTLSPolicy vaults/safe")


def test_describe_names_the_policy_as_the_rule_of_the_host(tmp_path: Path) -> None:
    mesh = read(tmp_path, AUTHORITY)
    (service,) = [one for one in mesh.of(Service) if one.name == "safe"]
    found = service_answer(mesh, service, Shown()).service
    assert ["BackendTLSPolicy"] == [one.kind for one in found.destination_rule.objects]
    assert ["simple"] == [one.tls for one in found.client_tls]
