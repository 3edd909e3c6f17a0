"""Finds the rules that speak of what somebody asks about."""

from collections.abc import Sequence
from typing import NamedTuple

from meshctl.engine.catalog.documentation import examples
from meshctl.engine.catalog.phrases import Need, needs_of
from meshctl.engine.registry import load_all
from meshctl.errors import UsageError
from meshctl.lazy_pattern import lazy_pattern
from meshctl.rules.api import Rule
from meshctl.words import quoted

_SIGNS = lazy_pattern(r"[^A-Za-z0-9]+")
_HUMP = lazy_pattern(r"(?<=[a-z])(?=[A-Z])")


class Search(NamedTuple):
    """Rules that speak of some words, the likeliest first."""

    rules: tuple[Rule, ...]
    is_whole: bool
    """Do they speak of all that was asked, and not of the most of it that any rule does?"""


def search_rules(words: str) -> Search:
    """Find the rules that speak of words, in any order; UsageError where none speaks of any.

    What people call a thing counts as what Istio calls it, as ``phrases`` has it. Those of the id
    and summary come first, then those of the documentation and the codes, then those whose example
    of what is reported has them, such as names of fields.
    """
    needs = tuple(needs_of(words)) or tuple((word,) for word in words.lower().split())
    ranked = [
        (rank, rule) for rule in load_all() if (rank := _rank(rule, needs)).missed < len(needs)
    ]
    if not ranked:
        raise UsageError(f"no rule speaks of {quoted(words)}; meshctl rule lists all")
    least = min(rank.missed for rank, _ in ranked)
    best = sorted((entry for entry in ranked if entry[0].missed == least), key=lambda one: one[0])
    return Search(tuple(rule for _, rule in best), least == 0)


class _Rank(NamedTuple):
    missed: int
    """Needs that a rule has no word for."""
    not_in_docs: int
    not_in_short: int


def _rank(rule: Rule, needs: Sequence[Need]) -> _Rank:
    docs = _begun(f"{rule.id} {' '.join(rule.equivalents)} {rule.docs}")
    not_in_docs = _lacking(docs, needs)
    missed = _lacking(docs + _begun(examples(rule).bad), needs) if not_in_docs else 0
    return _Rank(missed, not_in_docs, _lacking(_begun(f"{rule.id} {rule.summary}"), needs))


def _begun(text: str) -> str:
    """Write a text so that a space stands before each of its words, and before those in names of fields."""
    parted = _HUMP.sub(" ", text)
    return f" {_SIGNS.sub(' ', text)} {_SIGNS.sub(' ', parted)} ".lower()


def _lacking(text: str, needs: Sequence[Need]) -> int:
    """Count what no word of a text begins with."""
    return sum(not any(f" {_SIGNS.sub(' ', word)}" in text for word in need) for need in needs)
