"""Code hosts, baselines and ignores take findings of rendered objects as those of any file."""

import io
import json
import shutil
from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.engine.baseline import baseline_text
from meshctl.output.findings import github, sarif
from meshctl.settings import Settings

pytestmark = pytest.mark.skipif(
    shutil.which("helm") is None, reason="helm is not on PATH, so nothing is rendered"
)
TEMPLATE = """\
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: shop
spec:
  mtls:
    mode: {{ .Values.mode }}
"""
RULE = "schema/value-not-allowed"


@pytest.fixture(autouse=True)
def chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "till/templates").mkdir(parents=True)
    (tmp_path / "till/Chart.yaml").write_text("apiVersion: v2\nname: till\nversion: 1.0.0\n")
    (tmp_path / "till/values.yaml").write_text("# of all clients\nmode: LAX\n")
    (tmp_path / "till/templates/policy.yaml").write_text(TEMPLATE)
    return tmp_path / "till"


def test_sarif_has_the_template_and_the_value() -> None:
    out = io.StringIO()
    sarif.render(analyze(["till"], Settings()), out)
    [result] = json.loads(out.getvalue())["runs"][0]["results"]
    places = [*result["locations"], *result["relatedLocations"]]
    assert [("till/templates/policy.yaml", 8), ("till/values.yaml", 2)] == [
        (
            place["physicalLocation"]["artifactLocation"]["uri"],
            place["physicalLocation"]["region"]["startLine"],
        )
        for place in places
    ]


def test_an_annotation_of_github_stands_at_the_template() -> None:
    out = io.StringIO()
    github.render(analyze(["till"], Settings()), out)
    line = out.getvalue().splitlines()[0]
    assert line.startswith("::error file=till/templates/policy.yaml,line=8,")
    assert "till/values.yaml:2" in line


def test_a_baseline_holds_when_lines_and_marks_move(chart: Path) -> None:
    accepted = baseline_text(analyze(["till"], Settings()).findings)
    (chart.parent / "baseline.json").write_text(accepted)
    (chart / "templates/policy.yaml").write_text(f"# moved\n\n{TEMPLATE}")
    report = analyze(["till"], Settings(baseline="baseline.json"))
    assert ((), 1, ()) == (report.findings, report.summary.ignored, report.stale)


@pytest.mark.parametrize("before", ["    mode:", "apiVersion:"])
def test_a_comment_in_a_template_ignores(chart: Path, before: str) -> None:
    blanks = " " * (len(before) - len(before.lstrip()))
    comment = f"{blanks}# meshctl: ignore[{RULE}] until June\n"
    (chart / "templates/policy.yaml").write_text(TEMPLATE.replace(before, comment + before))
    report = analyze(["till"], Settings())
    assert ([], 1) == ([one.rule for one in report.findings], report.summary.ignored)
