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


def search_rules(words: str) -> Sequence[Rule]:
    """Find the rules that speak of all words, in any order; UsageError for none.

    Those of the id and summary come first, then those of the documentation and the codes, then
    those whose example of what is reported has them, such as names of fields.
    """
    wanted = words.lower().split()
    found, by_example = [], []
    for rule in load_all():
        text = f"{rule.id} {' '.join(rule.equivalents)} {rule.docs}".lower()
        if all(word in text for word in wanted):
            found.append(rule)
        elif all(word in f"{text} {examples(rule).bad.lower()}" for word in wanted):
            by_example.append(rule)
    found += by_example
    if not found or not wanted:
        raise UsageError(f"no rule speaks of {quoted(words)}; meshctl rule lists all")
    in_short = [
        rule for rule in found if all(w in f"{rule.id} {rule.summary}".lower() for w in wanted)
    ]
    return [*in_short, *(rule for rule in found if rule not in in_short)]


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
