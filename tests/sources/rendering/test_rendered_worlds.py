"""Overlays are analysed apart, bases never alone, and findings stand on the lines people wrote."""

import shutil
from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.settings import Rendering, Settings

needs_kustomize = pytest.mark.skipif(
    shutil.which("kustomize") is None and shutil.which("kubectl") is None,
    reason="neither kustomize nor kubectl is on PATH, so nothing is built",
)

BASE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: till
spec:
  hosts: [till]
  http:
    - route:
        - destination:
            host: till
    - match:
        - uri: {prefix: /old}
      redirect:
        uri: /new
---
apiVersion: v1
kind: Service
metadata:
  name: till
spec:
  selector: {app: till}
  ports:
    - name: http
      port: 80
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
"""
DEAD = "virtual-service/catch-all-not-last"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {"base": "resources: [all.yaml]\n", "dev": "resources: [../base]\n"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "kustomization.yaml").write_text(text)
    (tmp_path / "base/all.yaml").write_text(BASE)
    (tmp_path / "live").mkdir()
    (tmp_path / "live/kustomization.yaml").write_text("namespace: shop\nresources: [../base]\n")
    return tmp_path


def found(*paths: str, **settings: object):
    report = analyze(paths or ["."], Settings(**settings))
    return report, [
        (one.rule, one.location.file, one.location.line)
        for one in report.findings
        if one.severity == "error"
    ]


@needs_kustomize
def test_what_all_overlays_share_is_told_once_with_their_names(repository: Path) -> None:
    report, errors = found()
    assert [(DEAD, "base/all.yaml", 11)] == errors
    messages = [place.message for place in report.findings[0].related]
    assert "rendered as dev, live" in messages


@needs_kustomize
def test_what_one_overlay_breaks_names_that_overlay(repository: Path) -> None:
    patch = (
        "patches:\n  - target: {kind: VirtualService}\n    patch: |-\n"
        "      - op: replace\n        path: /spec/http/0/route/0/destination/host\n"
        "        value: gone\n"
    )
    file = repository / "live/kustomization.yaml"
    file.write_text(file.read_text() + patch)
    report, errors = found()
    assert ("virtual-service/destination-host-not-found", "live/kustomization.yaml", 8) in errors
    (gone,) = (one for one in report.findings if one.location.line == 8)
    assert "rendered as live" in [place.message for place in gone.related]


@needs_kustomize
def test_an_ignore_comment_in_a_base_counts(repository: Path) -> None:
    text = BASE.replace(
        "    - match:", f"    # meshctl: ignore[{DEAD}] moves next week\n    - match:"
    )
    (repository / "base/all.yaml").write_text(text)
    report, errors = found()
    assert ([], 1) == (errors, report.summary.ignored)


@needs_kustomize
def test_without_rendering_it_is_said_that_something_is_missing(repository: Path) -> None:
    file = repository / "live/kustomization.yaml"
    file.write_text(file.read_text() + "namePrefix: new-\n")
    report, _ = found(rendering=Rendering("never"))
    assert any("kustomization" in gap.reason for gap in report.not_checked)


@needs_kustomize
def test_a_broken_overlay_is_one_warning(repository: Path) -> None:
    (repository / "live/kustomization.yaml").write_text("resources: [../gone]\n")
    report, _ = found()
    assert ["live/kustomization.yaml"] == [
        one.location.file
        for one in report.findings
        if one.rule == "document/kustomization-not-rendered"
    ]


@needs_kustomize
def test_what_an_ignore_file_names_is_not_rendered(repository: Path) -> None:
    (repository / "live/kustomization.yaml").write_text("resources: [../gone]\n")
    (repository / ".meshctlignore").write_text("live/\n")
    report, errors = found()
    assert [(DEAD, "base/all.yaml", 11)] == errors
    assert not any(one.rule.endswith("-not-rendered") for one in report.findings)
