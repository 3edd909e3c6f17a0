"""Reads the documentation of a rule: its text, and a broken and a fixed example."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from meshctl.engine.registry import RuleNames, load_all, suggest
from meshctl.errors import UsageError
from meshctl.package_data import shipped
from meshctl.rules.api import Rule
from meshctl.words import quoted


class Examples(NamedTuple):
    """The YAML a rule complains about, and the closest that is right; empty where there is none."""

    bad: str
    good: str


def find_rules(name: str) -> Sequence[Rule]:
    """Find rules by id, now or before, last part of an id, family, glob, or IST or KIA code.

    Raises UsageError with the closest name when there is none.
    """
    rules = load_all()
    names = RuleNames([name])
    found = [
        rule
        for rule in rules
        if names.include(rule)
        or any(id_.endswith(f"/{name}") for id_ in (rule.id, *rule.renamed_from))
    ]
    if not found:
        raise UsageError(f"there is no rule {quoted(name)}{suggest(name, rules)}")
    return found


def examples(rule: Rule) -> Examples:
    """Read the bad and the good case of a rule."""
    folder = shipped("cases", "tests/rules") / rule.id.replace("-", "_")
    return Examples(_text(folder / "bad.yaml"), _text(folder / "good.yaml"))


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""
