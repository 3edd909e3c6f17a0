"""Tells which rules may find something in an input, before any of them is imported.

A rule may declare what it ``needs``: keys and kinds without which it has nothing to say.
``meshctl/rules/needs.json`` has that of all rules; it is made of them by ``make update``.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import meshctl.rules
from meshctl.resources import Resource
from meshctl.rules.api import Rule
from meshctl.settings import Settings

Words = frozenset[str]

MOST_OBJECTS = 200
"""Objects up to which looking for words pays. More of them leave few rules out."""

TEAMS = "teams"
"""The word for teams in the config file."""


def words_of(resources: Sequence[Resource], settings: Settings) -> Words | None:
    """Collect the keys and kinds of an input; ``None`` where they don't tell all there is.

    An input may be too large for that, and controllers make objects that are not in it. What there
    are several of, objects of a kind or items of a list, is a word with ``[1]`` as well.
    """
    if len(resources) > MOST_OBJECTS or any(one.made_kinds for one in resources):
        return None
    words = {TEAMS} if settings.ownership.teams else set()
    for resource in resources:
        words.add(f"{resource.kind}[1]" if resource.kind in words else resource.kind)
        _collect(resource.data, words)
    return frozenset(words)


def _collect(data: Any, words: set[str]) -> None:
    rest = [data]
    for value in rest:
        if isinstance(value, dict):
            words.update(value)
            words.update(
                f"{key}[1]"
                for key, item in value.items()
                if isinstance(item, list) and len(item) > 1
            )
            rest += value.values()
        elif isinstance(value, list):
            rest += value


def may_find(rule_id: str, words: Words | None) -> bool:
    """May a rule find something in an input with these words?"""
    if words is None:
        return True
    needs = _index().get(rule_id)
    return needs is None or not words.isdisjoint(needs)


@cache
def _index() -> dict[str, list[str]]:
    text = Path(meshctl.rules.__file__).with_name("needs.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = json.loads(text)
    return found


def index(rules: Iterable[Rule]) -> dict[str, list[str]]:
    """List the needs of rules that have some; what texts have wrong with them is in no word."""
    return {rule.id: list(rule.needs) for rule in rules if rule.needs or rule.check is None}
