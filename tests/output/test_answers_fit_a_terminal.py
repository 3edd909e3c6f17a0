"""Answers in sentences fit the columns of a terminal, and break no word."""

import io
import re
from pathlib import Path

import pytest

from meshctl.engine.analyze import load_mesh
from meshctl.inspect.tls.answer import Question, ask
from meshctl.output.tls.write import write
from meshctl.output.watch import Screen
from meshctl.settings import Settings
from meshctl.sources.loader import load

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
MESH = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: http, port: 80}]}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: STRICT}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec: {host: cart, trafficPolicy: {tls: {mode: DISABLE}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec: {template: {metadata: {labels: {app: cart}}, spec: {containers: [{name: cart}]}}}
"""


@pytest.mark.parametrize("everything", [True, False])
def test_conflicts_of_tls_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, everything: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(MESH)
    mesh = load_mesh(load(["a.yaml"]), Settings())
    answer = ask(None, mesh, Question(None, None, "shop"), Settings())
    screen, piped = Screen(), io.StringIO()
    for out in (screen, piped):
        write("table", answer, out, only="all", everything=everything)
    lines = ESCAPE.sub("", screen.getvalue()).splitlines()
    assert max(map(len, lines)) <= Screen.columns
    told = piped.getvalue().partition("Conflicts")[2]
    assert max(map(len, told.splitlines())) > Screen.columns
    assert told.split() == "\n".join(lines).partition("Conflicts")[2].split()
