"""What a rule needs is in every input in which it finds something."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze, load_mesh
from meshctl.engine.needs import ObjectWords, may_find, words_of
from meshctl.engine.registry import load_all, load_for
from meshctl.engine.runner import Outcomes, run
from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Outcome, Rule
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
def test_no_rule_finds_anything_without_what_it_needs(family: str, whole: bool) -> None:
    settings = Settings(whole_mesh=whole, default_namespace="default")
    folders = [rule for rule in (CASES / family).iterdir() if rule.is_dir()]
    cases = [[str(case)] for rule in folders for case in rule.iterdir()]
    for case in (*cases, [path for paths in cases for path in paths]):
        mesh = load_mesh(load(case), settings)
        words = ObjectWords()
        there = words_of(mesh.resources, settings, words)
        rules = load_for(mesh.resources)
        assert ([], {}) == said(run([one for one in rules if not may_find(one.id, there)], mesh)), (
            case
        )
        for rule in rules:
            assert ([], {}) == said(run([asked_of_the_rest(rule, words)], mesh)), (case, rule.id)


def said(outcomes: Outcomes) -> tuple[list[object], dict[tuple[str, str], None]]:
    return [*outcomes.findings], outcomes.not_checked


def asked_of_the_rest(rule: Rule, words: ObjectWords) -> Rule:
    """A rule that is asked of just those objects about which it says that it has nothing to say."""

    def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
        if rule.check is not None and not words.holding(rule, [resource]):
            yield from rule.check(resource, mesh)

    return rule._replace(check=check, holds=())


def asked(tmp_path: Path, text: str, settings: Settings) -> set[str]:
    (tmp_path / "a.yaml").write_text(text)
    mesh = load_mesh(load([str(tmp_path)]), settings)
    words = words_of(mesh.resources, settings, ObjectWords())
    return {rule.id for rule in load_for(mesh.resources, words)}


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


def test_a_rule_is_asked_about_objects_that_hold_one_of_its_words(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        f"{VIRTUAL_SERVICE}      timeout: 5s\n---\n{VIRTUAL_SERVICE.replace('shop', 'till')}"
    )
    resources = load_mesh(load([str(tmp_path)]), Settings()).resources
    words = ObjectWords()
    rules = {rule.id: rule for rule in load_all()}
    outer, host = (
        words.holding(rules[f"virtual-service/{name}"], resources)
        for name in ("outer-timeout-is-shorter", "destination-host-not-found")
    )
    assert (["shop"], ["shop", "till"]) == ([one.name for one in outer], [one.name for one in host])


def test_a_word_that_is_not_listed_yet_leaves_nothing_out() -> None:
    rule = load_all()[0]._replace(holds=("a-word-of-no-rule",))
    assert [None] == ObjectWords().holding(rule, [None])  # type: ignore[list-item]


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
