"""Rules are renamed, tried out and retired without breaking what names them."""

import json
import sys
from collections import Counter

import pytest
from typer.testing import CliRunner

from meshctl.cli.app import app
from meshctl.engine import life_cycle
from meshctl.engine.analyze import analyze
from meshctl.engine.registry import RuleNames, current_id, load_all
from meshctl.output.catalog.rules import write_rule
from meshctl.resources import Service
from meshctl.rules.api import Severity, rule
from meshctl.settings import IgnoreEntry, Settings

OLD, NEW = "destination-rule/subset-like-whole-host", "destination-rule/subset-without-labels"
RULES = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: cart
  namespace: shop
  annotations: {%s}
spec:
  host: cart%s
  subsets:
  - name: all
"""


@pytest.fixture
def write(tmp_path):
    def to_file(annotation="", comment="") -> str:
        file = tmp_path / "mesh.yaml"
        file.write_text(RULES % (annotation, comment), encoding="utf-8")
        return str(file)

    return to_file


def found(report) -> Counter:
    return Counter(finding.rule for finding in report.findings)


def test_old_ids_are_ids_of_no_rule_and_of_one_rule_each() -> None:
    rules = load_all()
    old = [name for rule in rules for name in rule.renamed_from]
    assert [] == sorted({rule.id for rule in rules} & set(old))
    assert sorted(set(old)) == sorted(old)


def test_an_id_that_nobody_ever_had_stays_as_it_is() -> None:
    names = ("workload/never-was", "IST0104", "workload", "*", NEW)
    assert names == tuple(current_id(name) for name in names)


def test_an_old_id_selects_and_says_so(write) -> None:
    report = analyze([write()], Settings(select=(OLD,)))
    assert {NEW: 1} == found(report)
    assert (
        f"--select: the rule {OLD} is called {NEW} now; the old id still works",
    ) == report.notes


def test_an_old_id_ignores_wherever_it_is_written(write, tmp_path) -> None:
    file = write()
    assert NEW in found(analyze([file], Settings()))
    baseline = tmp_path / "baseline.json"
    (finding,) = (one for one in analyze([file], Settings()).findings if one.rule == NEW)
    entry = {"fingerprint": finding.fingerprint_as(OLD), "rule": OLD, "file": "a.yaml"}
    baseline.write_text(json.dumps({"version": 2, "findings": [entry]}))
    reports = {
        "--ignore": analyze([file], Settings(ignore=(OLD,))),
        "the config file": analyze(
            [file], Settings(ignores=(IgnoreEntry((OLD,), (), (), "known", None),))
        ),
        str(baseline): analyze([file], Settings(baseline=str(baseline))),
        "DestinationRule shop/cart, annotation meshctl.io/ignore": analyze(
            [write(annotation=f'meshctl.io/ignore: "{OLD}"')], Settings()
        ),
    }
    for place, report in reports.items():
        assert (f"{place}: the rule {OLD} is called {NEW} now; the old id still works",) == (
            report.notes
        )
        assert NEW not in found(report)


def test_an_old_id_in_a_comment_ignores_and_is_named_with_its_line(tmp_path) -> None:
    file = tmp_path / "mesh.yaml"
    text = RULES % ("", "")
    file.write_text(
        text.replace("- name: all", f"- name: all  # meshctl: ignore[{OLD}] wanted"), "utf-8"
    )
    report = analyze([str(file)], Settings())
    assert NEW not in found(report)
    assert (f"{file}:10: the rule {OLD} is called {NEW} now; the old id still works",) == (
        report.notes
    )


def test_the_note_goes_to_standard_error_alone(write) -> None:
    result = CliRunner().invoke(app, ["analyze", write(), "--select", OLD, "-o", "json"])
    assert f"note: --select: the rule {OLD} is called {NEW} now" in result.stderr
    assert [NEW] == [finding["rule"] for finding in json.loads(result.stdout)["findings"]]


@pytest.mark.parametrize("name", [OLD, OLD.partition("/")[2]])
def test_rule_explains_a_rule_by_its_old_id(name) -> None:
    result = CliRunner().invoke(app, ["rule", name])
    assert result.stdout.startswith(NEW)
    assert f"formerly {OLD}" in result.stdout
    assert (OLD == name) == ("is called" in result.stderr)


def make_rule(**options):
    def check(service, mesh):
        yield from ()

    check.__module__ = "meshctl.rules.service.tried_out"
    return rule(on=Service, severity=Severity.INFO, since="0.1.0", **options)(check)


@pytest.mark.parametrize(
    ("names", "runs"), [((), False), (("*",), False), (("{id}",), True), (("service",), False)]
)
def test_a_rule_in_preview_runs_where_it_is_named(names, runs) -> None:
    tried = make_rule(preview=True)
    names = RuleNames(name.format(id=tried.id) for name in names)
    assert runs == names.choose(tried)


def test_a_deprecated_rule_runs_and_naming_it_says_what_replaces_it(monkeypatch) -> None:
    old = make_rule(deprecated="the API server says this itself.")
    monkeypatch.setattr(life_cycle, "load_family", lambda _: (old,))
    assert RuleNames(()).choose(old)
    assert (f"--ignore: the rule {old.id} is deprecated: the API server says this itself.",) == (
        life_cycle.notes([("--ignore", old.id)])
    )


def test_the_page_of_a_rule_tells_its_life(capsys) -> None:
    write_rule(make_rule(preview=True, deprecated="use another."), "", "", sys.stdout)
    shown = capsys.readouterr().out
    assert "in preview, only when selected" in shown
    assert "Deprecated: use another.\n" in shown
