"""What a rule needs is in every input in which it finds something."""

from pathlib import Path

import pytest

from meshctl.engine import needs
from meshctl.engine.analyze import analyze, load_mesh
from meshctl.engine.needs import may_find, words_of
from meshctl.engine.registry import load_all, load_for
from meshctl.engine.runner import run
from meshctl.settings import Ownership, Settings, Team
from meshctl.sources.loader import load

CASES = Path(__file__).parents[1] / "rules"
FAMILIES = sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())
VIRTUAL_SERVICE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: store}
spec:
  hosts: [shop]
  http:
    - route:
        - destination: {host: shop}
"""


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
def test_no_rule_finds_anything_without_what_it_needs(
    family: str, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needs, "MOST_OBJECTS", 10**9)
    settings = Settings(whole_mesh=whole, default_namespace="default")
    for rule in (CASES / family).iterdir():
        for case in rule.iterdir() if rule.is_dir() else ():
            mesh = load_mesh(load([str(case)]), settings)
            words = words_of(mesh.resources, settings)
            idle = [one for one in load_for(mesh.resources) if not may_find(one.id, words)]
            found = run(idle, mesh)
            assert ([], {}) == (found.findings, found.not_checked), case


def asked(tmp_path: Path, text: str, settings: Settings) -> set[str]:
    (tmp_path / "a.yaml").write_text(text)
    mesh = load_mesh(load([str(tmp_path)]), settings)
    return {rule.id for rule in load_for(mesh.resources, words_of(mesh.resources, settings))}


def test_a_rule_is_asked_where_one_of_its_words_is(tmp_path: Path) -> None:
    plain = asked(tmp_path, VIRTUAL_SERVICE, Settings())
    several = asked(tmp_path, f"{VIRTUAL_SERVICE}---\n{VIRTUAL_SERVICE}", Settings())
    timeout = asked(tmp_path, f"{VIRTUAL_SERVICE}      timeout: 5s\n", Settings())
    assert {"virtual-service/mesh-host-duplicated"} <= several - plain
    assert {"virtual-service/outer-timeout-is-shorter"} <= timeout - plain


def test_teams_are_a_word(tmp_path: Path) -> None:
    teams = Settings(ownership=Ownership(teams=(Team("shop", ("store",)),)))
    added = asked(tmp_path, VIRTUAL_SERVICE, teams) - asked(tmp_path, VIRTUAL_SERVICE, Settings())
    assert added == {rule.id for rule in load_all() if "teams" in rule.needs}


def test_rules_of_a_large_input_are_all_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needs, "MOST_OBJECTS", 0)
    asked_of = asked(tmp_path, VIRTUAL_SERVICE, Settings())
    assert asked_of >= {one.id for one in load_all() if one.family == "virtual-service"}


@pytest.mark.parametrize(
    "select", [("schema",), ("schema/unknown-field",), ("IST0106",), ("sch*",)]
)
def test_rules_that_nobody_selects_may_stay_out(tmp_path: Path, select: tuple[str, ...]) -> None:
    (tmp_path / "a.yaml").write_text(VIRTUAL_SERVICE.replace("hosts: [shop]", "hots: [shop]"))
    chosen = [found.rule for found in analyze([str(tmp_path)], Settings()).findings]
    selected = [found.rule for found in analyze([str(tmp_path)], Settings(select=select)).findings]
    assert [one for one in chosen if one in selected] == selected != []


def test_an_ignore_of_a_rule_that_was_not_imported_is_unused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        VIRTUAL_SERVICE.replace(
            "spec:", "spec: # meshctl: ignore[virtual-service/cors-preflight-lost] no browsers"
        )
    )
    report = analyze([str(tmp_path)], Settings(whole_mesh=True))
    assert "document/ignore-unused" in {found.rule for found in report.findings}
