"""Every rule is proven by the YAML cases in its folder; see meshctl/rules/README.md."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from meshctl.config.file import read_settings as read_settings_file
from meshctl.engine.analyze import analyze
from meshctl.engine.registry import load_all
from meshctl.settings import InjectionByHand, Settings

ROOT = Path(__file__).parent
EXPECT = re.compile(r"# expect(?:\[(?P<rule>[\w/-]+)\])?: (?P<text>.+)$")
ELSEWHERE = {
    "internal/rule-crashed": "tests/engine/test_analyze.py",  # no text makes a rule crash
    "document/document-too-large": "tests/sources",  # the text would be megabytes
    "document/ignore-expired": "tests/engine/test_ignoring.py",  # needs a config file
    "document/chart-not-rendered": "tests/sources/rendering",  # needs helm
    "document/kustomization-not-rendered": "tests/sources/rendering",  # needs kustomize
    "document/unreadable-file": "tests/sources",  # needs a file without permissions
}
"""Rules that no YAML in a case folder can prove, and the tests that do."""
DIRECTIVE = re.compile(r"# case: (.+)")


class Expected(NamedTuple):
    file: str
    line: int
    rule: str
    text: str


def cases() -> list[Path]:
    """A case is a YAML file of a rule's folder, or a directory in it."""
    return sorted(
        case
        for rule in load_all()
        for case in (ROOT / rule.id.replace("-", "_")).glob("*")
        if case.is_dir() or case.suffix in {".yaml", ".yml", ".json"}
        if case.name not in {"broken.yaml", "fixed.yaml"}  # shown to people; see test_examples.py
    )


def case_files(case: Path) -> list[Path]:
    return sorted(case.glob("**/*.yaml")) if case.is_dir() else [case]


def read_expectations(case: Path, own_rule: str) -> list[Expected]:
    found = []
    for file in case_files(case):
        for number, line in enumerate(file.read_bytes().split(b"\n"), start=1):
            match = EXPECT.search(line.decode("utf-8", "replace").rstrip())
            if match is not None:
                for text in match["text"].split(" ;; "):
                    rule = match["rule"] or own_rule
                    found.append(Expected(str(file), number, rule, text))
    return found


def read_settings(case: Path, rules: set[str]) -> Settings:
    options: dict[str, Any] = {"select": tuple(sorted(rules)), "default_namespace": "default"}
    first = case_files(case)[0].read_bytes().partition(b"\n")[0].decode("utf-8", "replace")
    match = DIRECTIVE.search(first)
    for word in match[1].split() if match else ():
        name, _, value = word.partition("=")
        if name == "whole-mesh":
            options["whole_mesh"] = True
        elif name == "kube-inject":
            options["injection"] = InjectionByHand()
        elif name == "namespace":
            options["namespace"] = options["default_namespace"] = value
        elif name == "also":
            options["select"] += (value,)
        elif name == "ownership":
            home = case if case.is_dir() else case.parent
            options["ownership"] = read_settings_file(home / value).ownership
        elif name == "mesh-config":
            options["mesh_config"] = str(case / value)
        else:
            pytest.fail(f"{case}: unknown directive {word!r}")
    return Settings(**options)


def explain(case: Path, expected: list[Expected], settings: Settings) -> tuple[list, list]:
    """Pair findings with expectations; what is left over on either side is wrong."""
    report = analyze([str(case)], settings)
    missing = list(expected)
    surplus = []
    for finding in report.findings:
        place = finding.location
        for each_expected in missing:
            if (each_expected.file, each_expected.line, each_expected.rule) == (
                place.file,
                place.line,
                finding.rule,
            ) and (each_expected.text in finding.message):
                missing.remove(each_expected)
                break
        else:
            surplus.append(f"{place.file}:{place.line}: [{finding.rule}] {finding.message}")
    return missing, surplus


@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case.relative_to(ROOT)))
def test_case(case: Path) -> None:
    own_rule = "/".join(case.relative_to(ROOT).parts[:2]).replace("_", "-")
    expected = read_expectations(case, own_rule)
    settings = read_settings(case, {own_rule, *(each_expected.rule for each_expected in expected)})
    assert explain(case, expected, settings) == ([], [])


@pytest.mark.parametrize("rule", load_all(), ids=lambda rule: rule.id)
def test_every_rule_is_documented_and_proven(rule) -> None:
    folder = ROOT / rule.id.replace("-", "_")
    assert "Fix:" in rule.docs
    assert rule.summary.endswith(".")
    if rule.id in ELSEWHERE:
        tests = ROOT.parents[1] / ELSEWHERE[rule.id]
        files = tests.rglob("test_*.py") if tests.is_dir() else [tests]
        assert any(rule.id.rpartition("/")[2] in file.read_text() for file in files)
        return
    proofs = [case for case in folder.glob("*") if read_expectations(case, rule.id)]
    assert proofs, f"{folder} has no expectation"
    good = folder / "good.yaml"
    assert good.is_file()
    assert read_expectations(good, rule.id) == []
