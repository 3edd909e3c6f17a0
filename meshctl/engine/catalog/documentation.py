"""Reads the documentation of a rule: its text, and a broken and a fixed example."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from meshctl.engine.registry import RuleNames, load_all, load_changes, suggest
from meshctl.errors import UsageError
from meshctl.package_data import shipped
from meshctl.rules.api import Rule
from meshctl.words import quoted

LINES_OF_AN_EXAMPLE = 40
_MARKUP = re.compile(r"# case: |\s*# expect(\[[\w/-]+\])?: ")
_EXPECTATION = re.compile(r"\s*# expect(\[[\w/-]+\])?: .*$")


class Examples(NamedTuple):
    """The YAML a rule complains about, and the closest that is right; empty where there is none."""

    bad: str
    good: str


def find_rules(name: str) -> Sequence[Rule]:
    """Find rules by id, now or before, last part of an id, family, glob, or IST or KIA code.

    Raises UsageError with the closest name when there is none.
    """
    rules = load_all()
    if name.startswith("upgrade") or name[:2] == "1_":
        rules += load_changes()
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
    """Read the pair of a rule: what it reports, and the same mended; without the tests' markup.

    ``broken.yaml`` and ``fixed.yaml`` where a rule has them, else its ``bad.yaml`` and
    ``good.yaml``; nothing where these are too long to show, or no YAML.
    """
    folder = shipped("cases", "tests/rules") / rule.id.replace("-", "_")
    for names in (("broken.yaml", "fixed.yaml"), ("bad.yaml", "good.yaml")):
        texts = [_text(folder / name) for name in names]
        if all(0 < text.count("\n") <= LINES_OF_AN_EXAMPLE for text in texts):
            return Examples(*texts)
    return Examples("", "")


def _text(file: Path) -> str:
    if not file.is_file():
        return ""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError:
        return ""
    shown = (_EXPECTATION.sub("", line) for line in lines if not _MARKUP.match(line))
    return "\n".join(shown).strip("\n") + "\n"
