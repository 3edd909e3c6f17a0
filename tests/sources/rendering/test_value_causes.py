"""The value behind a rendered line is named where it was written, nearest file first."""

import shutil
from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.settings import Rendering, Settings

needs_helm = pytest.mark.skipif(
    shutil.which("helm") is None, reason="helm is not on PATH, so nothing is rendered"
)
RULE = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: till
  namespace: shop
spec:
  host: till
  trafficPolicy:
    tls:
      mode: {{ include "tls" . }}
"""
MESH = """\
apiVersion: v1
kind: Service
metadata: {name: till, namespace: shop}
spec:
  selector: {app: till}
  ports: [{name: http, port: 80}]
---
apiVersion: v1
kind: Pod
metadata: {name: till, namespace: shop, labels: {app: till, sidecar.istio.io/inject: "true"}}
spec: {containers: [{name: till, image: till, ports: [{containerPort: 80}]}]}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: strict, namespace: shop}
spec: {mtls: {mode: STRICT}}
"""


@pytest.fixture
def chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    files = {
        "Chart.yaml": "apiVersion: v2\nname: till\nversion: 1.0.0\n",
        "values.yaml": "# tls of clients\ntls: ISTIO_MUTUAL\nenabled: true\n",
        "templates/_tls.tpl": '{{- define "tls" }}\n{{- .Values.tls }}\n{{- end }}\n',
        "templates/rule.yaml": RULE,
        "templates/mesh.yaml": MESH,
    }
    for name, text in files.items():
        file = tmp_path / "till" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "till"


def errors(**rendering: object):
    report = analyze(["till"], Settings(rendering=Rendering(**rendering)))
    return [
        (
            f"{one.location.file}:{one.location.line}",
            [f"{place.location.file}:{place.location.line}" for place in one.related],
        )
        for one in report.findings
        if one.severity == "error"
    ]


@needs_helm
def test_a_wrong_value_leads_to_the_last_file_that_sets_it(chart: Path) -> None:
    (chart.parent / "prod.yaml").write_text("enabled: true\n\ntls: DISABLE\n")
    [(place, related)] = errors(values=("prod.yaml",))
    assert "till/templates/_tls.tpl:2" == place
    assert ["till/templates/rule.yaml:10", "prod.yaml:3"] == [
        one for one in related if "rule.yaml" in one or "prod" in one
    ]


@needs_helm
def test_a_switch_that_moves_lines_is_not_their_cause(chart: Path) -> None:
    text = RULE.replace('{{ include "tls" . }}', "DISABLE")
    text = text.replace(
        "  host:", "{{- if .Values.enabled }}\n  exportTo: ['*']\n{{- end }}\n  host:"
    )
    rule = text.replace("metadata:", "metadata:\n  labels: {on: 'true'}")
    (chart / "templates/rule.yaml").write_text(rule)
    [(place, related)] = errors()
    assert ("till/templates/rule.yaml:14", []) == (
        place,
        [one for one in related if "values" in one],
    )


@needs_helm
def test_the_block_of_the_parent_wins_over_the_values_of_a_chart_in_it(chart: Path) -> None:
    parent = chart.parent / "shop"
    (parent / "charts").mkdir(parents=True)
    (parent / "Chart.yaml").write_text(
        "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
        "dependencies: [{name: till, alias: front, version: 1.0.0}]\n"
    )
    (parent / "values.yaml").write_text("front:\n  tls: DISABLE\n")
    chart.rename(parent / "charts/till")
    report = analyze(["shop"], Settings())
    [found] = [one for one in report.findings if one.severity == "error"]
    assert "shop/values.yaml:2" in [
        f"{one.location.file}:{one.location.line}" for one in found.related
    ]
