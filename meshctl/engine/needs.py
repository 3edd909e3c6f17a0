"""Tells which rules may find something: in an input, before any is imported, and about an object.

A rule may declare what the input has to have for it (``needs``), and what the very object it is
asked about has to (``holds``). Both are words: keys and kinds without which it has nothing to say.
``meshctl/rules/needs.json`` has those of all rules; it is made of them by ``make update``.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import meshctl.rules
from meshctl.resources import Resource
from meshctl.rules.api import Rule
from meshctl.settings import Settings

R = TypeVar("R", bound=Resource)

Words = int
"""Some of the words that rules declare, as bits."""

TEAMS = "teams"
"""The word for teams in the config file."""


class ObjectWords(dict[Resource, Words]):
    """The words of each object, found where somebody asks for them."""

    def __missing__(self, resource: Resource) -> Words:
        found = self[resource] = _bits().get(resource.kind, 0) | _words_in(resource.data)
        return found

    def holding(self, rule: Rule, resources: Sequence[R]) -> Sequence[R]:
        """Choose the objects about which a rule may have something to say."""
        asked = bits_of(rule.holds)
        if asked is None:
            return resources
        return [resource for resource in resources if self[resource] & asked]


def words_of(resources: Sequence[Resource], settings: Settings, words: ObjectWords) -> Words | None:
    """Collect the words of an input; ``None`` where they don't tell all there is.

    Controllers make objects that are not in it. What there are several of, objects of a kind or
    items of a list, is a word with ``[1]`` as well.
    """
    bits = _bits()
    found = bits.get(TEAMS, 0) if settings.ownership.teams else 0
    kinds: set[str] = set()
    for resource in resources:
        if resource.made_kinds:
            return None
        if resource.kind in kinds:
            found |= bits.get(f"{resource.kind}[1]", 0)
        kinds.add(resource.kind)
        found |= words[resource]
    return found


def may_find(rule_id: str, words: Words | None) -> bool:
    """May a rule find something in an input with these words?"""
    needs = _index().get(rule_id) if words is not None else None
    return words is None or needs is None or bool(words & (bits_of(tuple(needs)) or 0))


def index(rules: Iterable[Rule]) -> dict[str, list[str]]:
    """List the needs of rules that have some; what texts have wrong with them is in no word."""
    return {
        rule.id: list(rule.needs or rule.holds)
        for rule in rules
        if rule.needs or rule.holds or rule.check is None
    }


def _words_in(data: Any) -> Words:
    get = _bits().get
    found, rest = 0, [data]
    for value in rest:
        if isinstance(value, dict):
            for key, item in value.items():
                found |= get(key, 0)
                if isinstance(item, dict):
                    rest.append(item)
                elif isinstance(item, list) and item:
                    rest += item
                    if len(item) > 1:
                        found |= get(f"{key}[1]", 0)
        elif isinstance(value, list):
            rest += value
    return found


@cache
def bits_of(words: tuple[str, ...]) -> Words | None:
    """Give words as bits; ``None`` for no words, and where one of them isn't listed."""
    bits = _bits()
    if not words or any(word not in bits for word in words):
        return None
    return sum({bits[word] for word in words})


@cache
def _bits() -> dict[str, Words]:
    words = dict.fromkeys((TEAMS, *(word for needs in _index().values() for word in needs)))
    return {word: 1 << number for number, word in enumerate(words)}


@cache
def _index() -> dict[str, list[str]]:
    text = Path(meshctl.rules.__file__).with_name("needs.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = json.loads(text)
    return found
