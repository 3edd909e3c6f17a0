"""The facade: order, counts, crashes, settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshctl.engine import registry as loader
from meshctl.engine.analyze import analyze
from meshctl.engine.registry import load_all, load_family
from meshctl.errors import ConfigError, UsageError
from meshctl.mesh import Mesh
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, Outcome, Rule, Severity
from meshctl.settings import Settings

NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"


def crash(namespace: Namespace, mesh: Mesh) -> Iterator[Outcome]:
    yield Finding(namespace.at("metadata", "name"), "seen before the crash")
    raise KeyError("tls")


def with_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Rule(
        "namespace/crashing", Namespace, Severity.INFO, (), "0.1.0", "Bad.\n\nFix: x", crash
    )
    monkeypatch.setattr("meshctl.engine.analyze.load_for", lambda *_: (rule,))


def test_a_crashing_rule_becomes_a_finding(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("MESHCTL_DEBUG", raising=False)
    with_rule(monkeypatch)
    (tmp_path / "a.yaml").write_text(NAMESPACE)
    report = analyze([str(tmp_path)], Settings())
    assert report.crashed
    assert ["internal/rule-crashed", "namespace/crashing"] == [f.rule for f in report.findings]
    assert "KeyError: 'tls'" in report.findings[0].message


def test_a_crashing_rule_raises_while_debugging(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MESHCTL_DEBUG", "1")
    with_rule(monkeypatch)
    (tmp_path / "a.yaml").write_text(NAMESPACE)
    with pytest.raises(KeyError):
        analyze([str(tmp_path)], Settings())


def test_findings_are_ordered_and_counted(tmp_path: Path) -> None:
    removed = "apiVersion: rbac.istio.io/v1alpha1\nkind: RbacConfig\nmetadata: {{name: {}}}\n"
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").write_text(removed.format(name) + "---\n" + NAMESPACE)
    report = analyze([str(tmp_path)], Settings())
    places = [(Path(f.location.file).name, f.location.line) for f in report.findings]
    assert sorted(places) == places
    summary = report.summary
    assert (2, 4, 4) == (summary.files, summary.documents, summary.resources)
    assert (2, 0) == (summary.errors, summary.warnings)


def test_list_items_keep_their_own_lines(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text(
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n"
        "  metadata: {name: a}\n- kind: RbacConfig\n  apiVersion: rbac.istio.io/v1alpha1\n"
    )
    [found] = analyze([str(tmp_path)], Settings(select=("document",))).findings
    assert (7, 9, "kind") == (found.location.line, found.location.column, found.location.path)


@pytest.mark.parametrize("names", [("gateway/nothing-like-it",), ("IST9999",)])
def test_unknown_rule_names_are_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    (tmp_path / "a.yaml").write_text(NAMESPACE)
    with pytest.raises(UsageError, match="there is no rule"):
        analyze([str(tmp_path)], Settings(select=names))


@pytest.mark.parametrize(
    ("text", "message"),
    [("- a\n", "is not a mesh config"), ("kind: Pod\n", "is not a mesh config")],
)
def test_a_wrong_mesh_config_is_refused(tmp_path: Path, text: str, message: str) -> None:
    config = tmp_path / "mesh.yml"
    config.write_text(text)
    with pytest.raises(ConfigError, match=message):
        analyze([str(tmp_path)], Settings(mesh_config=str(config)))


def test_only_the_families_of_the_input_are_imported(tmp_path: Path, monkeypatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(loader, "load_family", lambda name: asked.append(name) or ())
    (tmp_path / "a.yaml").write_text(NAMESPACE)
    analyze([str(tmp_path)], Settings())
    assert {"document", "resource", "schema", "namespace"} >= set(asked)


def test_rule_ids_are_unique_and_every_family_loads() -> None:
    ids = [rule.id for rule in load_all()]
    assert sorted(set(ids)) == ids
    assert load_family("document")
