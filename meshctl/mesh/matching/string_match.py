"""Models StringMatch: the texts it takes, and how several of them relate.

Exact texts and prefixes are compared as strings; everything else goes through automata.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from string import ascii_letters, ascii_lowercase, ascii_uppercase
from typing import Literal, NamedTuple

from meshctl.re2.automaton import (
    CANT_TELL,
    TEXT,
    Automaton,
    CantTell,
    Universe,
    automaton,
    everything,
    find,
)
from meshctl.re2.characters import EVERY_CHARACTER, union
from meshctl.re2.parser import RegexError, parse
from meshctl.re2.program import Take, repeat
from meshctl.resources.istio.virtual_service import WRITTEN_KINDS as WRITTEN_KINDS
from meshctl.words import quoted


class StringMatch(NamedTuple):
    """One condition on a text.

    ``regex`` is RE2 and matches the whole text (Envoy's ``safe_regex``). ``any`` asks only that
    the text is there. ``unknown`` is a condition that could not be read; its value says which.
    ``ignore_case`` is ASCII only and does nothing to a regex: Istio turns ``ignoreUriCase`` into
    ``case_sensitive`` of the route (route.go, 1.31), which Envoy reads for paths and prefixes.
    """

    kind: Literal["exact", "prefix", "regex", "any", "unknown"] = "any"
    value: str = ""
    ignore_case: bool = False

    def __str__(self) -> str:
        case = " in any case" if self.ignore_case and self.kind in ("exact", "prefix") else ""
        return self.kind if self.kind == "any" else f"{self.kind} {quoted(self.value)}{case}"

    def takes(self, text: str, universe: Universe = TEXT) -> bool | None:
        """Say whether the text meets the condition; None: can't tell."""
        if self.kind == "any":
            return True
        if self.kind in ("exact", "prefix"):
            value = self.value
            if self.ignore_case:
                text, value = text.translate(_TO_LOWER), value.translate(_TO_LOWER)
            return text == value or (self.kind == "prefix" and text.startswith(value))
        language = _language(self, universe)
        return None if language is None else language.accepts(text)

    def covers(self, other: "StringMatch", universe: Universe = TEXT) -> bool | None:
        """Say whether this takes every text that the other takes; None: can't tell."""
        left = find_text((other,), (self,), universe)
        return None if left is CANT_TELL else left is None

    def intersect(self, other: "StringMatch", universe: Universe = TEXT) -> str | CantTell | None:
        """Find the shortest text that both take; None: there is no such text."""
        return find_text((self, other), (), universe)

    def simplified(self, universe: Universe = TEXT) -> "StringMatch":
        """Write a regex that takes one text, all texts with a prefix, or all texts as just that.

        Any other condition, and one that can't be told, comes back as it is.
        """
        shortest = find_text((self,), (), universe) if self.kind == "regex" else None
        if isinstance(shortest, str):
            for plain in (ANY, StringMatch("exact", shortest), StringMatch("prefix", shortest)):
                if plain.covers(self, universe) and self.covers(plain, universe):
                    return plain
        return self


ANY = StringMatch()


def segment_prefix(prefix: str) -> StringMatch:
    """A prefix that ends with a segment of the path: Envoy's ``path_separated_prefix``."""
    return StringMatch("regex", f"{re.escape(prefix)}(/.*)?")


def find_text(
    inside: Sequence[StringMatch],
    outside: Sequence[StringMatch] = (),
    universe: Universe = TEXT,
) -> str | CantTell | None:
    """Find a text that all of ``inside`` and none of ``outside`` take; None: there is none.

    It is one of the samples of the universe if one will do, else a shortest text.
    """
    if not outside and len(inside) == 1 and inside[0].kind in ("exact", "prefix"):
        [match] = inside
        if universe.holds(match.value):  # the quick answer to the usual question
            return match.value
    if any(match in outside for match in (ANY, *inside)):
        return None
    for match in inside:
        if match.kind == "exact" and not match.ignore_case:
            return _try(match.value, inside, outside, universe)
    for sample in universe.samples:
        if _try(sample, inside, outside, universe) == sample:
            return sample
    if all(match.kind in ("prefix", "any") and not match.ignore_case for match in inside):
        prefix = max((match.value for match in inside), key=len, default="")
        if not all(prefix.startswith(match.value) for match in inside):
            return None
        if any(match.kind == "prefix" and match.takes(prefix) for match in outside):
            return None
        if _try(prefix, inside, outside, universe) == prefix:
            return prefix
    return _search(tuple(inside), tuple(outside), universe)


def _try(
    text: str, inside: Sequence[StringMatch], outside: Sequence[StringMatch], universe: Universe
) -> str | CantTell | None:
    """Answer for one text: itself if it is one to be found."""
    met = {match.takes(text, universe) for match in inside}
    avoided = {match.takes(text, universe) for match in outside}
    if not universe.holds(text) or False in met or True in avoided:
        return None
    return CANT_TELL if None in met | avoided else text


@lru_cache(maxsize=8192)
def _search(
    inside: tuple[StringMatch, ...], outside: tuple[StringMatch, ...], universe: Universe
) -> str | CantTell | None:
    """Search with automata. Leaving out a condition only adds texts, so "none" stays true."""
    asked = [_language(match, universe) for match in inside]
    refused = [_language(match, universe) for match in outside]
    known = [language for language in asked if language] or [everything(universe)]
    found = find(known, [language for language in refused if language])
    return CANT_TELL if found is not None and None in asked + refused else found


@lru_cache(maxsize=8192)
def _language(match: StringMatch, universe: Universe) -> Automaton | None:
    """Build the automaton of a condition; None if it is not modelled."""
    if match.kind == "unknown":
        return None
    if match.kind == "any":
        return everything(universe)
    if match.kind == "regex":
        code = parse(match.value)
        return None if isinstance(code, RegexError) else automaton(code, universe)
    other_case = match.value.translate(_SWAP_CASE) if match.ignore_case else match.value
    pairs = zip(map(ord, match.value), map(ord, other_case), strict=True)
    steps = tuple(Take(union(((pair, pair), (other, other)))) for pair, other in pairs)
    return automaton(steps if match.kind == "exact" else steps + _ANYTHING, universe)


_ANYTHING = repeat((Take(EVERY_CHARACTER),), 0, None)
_TO_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_SWAP_CASE = str.maketrans(ascii_letters, ascii_letters.swapcase())
