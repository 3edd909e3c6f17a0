"""What all requests of a match surely have in common: cheap to compare before matches are.

Comparing two matches in full is dear (``request_match``). Most are told apart by how their paths
start, by a header or parameter that has to be another text, or that only one of them asks for.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from meshctl.mesh.matching.request_match import RequestMatch, Witness, demands, intersect
from meshctl.mesh.matching.request_part import RequestPart, free
from meshctl.mesh.matching.string_match import StringMatch

_SPECIAL = frozenset(".^$*+?()[]{}|\\")
_OPTIONAL = frozenset("*?{")
_LITERAL = re.compile(r"\\Q.*?(?:\\E|\Z)|\\.|\[\^?+\]?+(?:\\.|[^\]\\])*+(?:\]|\\?+\Z)", re.DOTALL)
"""Quoted text, an escape or a class of a pattern, where brackets and bars stand for themselves.

What nobody closes goes to the end, so that a pattern of brackets alone is read once."""
_END = "\0"
"""Stands behind a path that has to be just this: no path has it."""


class Outline(NamedTuple):
    """What is certain of a match; nothing is of one that takes no request, or none can be told of.

    ``start`` is in lower case; ``values`` are the texts that ``valued`` have to be, and ``needed``
    the headers and parameters that must be there.
    """

    start: str
    valued: frozenset[RequestPart]
    values: frozenset[tuple[RequestPart, str]]
    needed: frozenset[RequestPart]

    def may_meet(self, others: Sequence["Outline"]) -> list[int]:
        """Number those of others that may take a request of it; the rest take none."""
        start, valued, values = self.start, self.valued, self.values
        return [
            place
            for place, other in enumerate(others)
            if (other.start.startswith(start) or start.startswith(other.start))
            and len(valued & other.valued) == len(values & other.values)
        ]

    def may_be_in(self, others: Sequence["Outline"], places: Sequence[int]) -> list[int]:
        """Choose those of the places that may take all of it: what they need, it needs."""
        needed = self.needed
        return [place for place in places if others[place].needed <= needed]


def outline(match: RequestMatch) -> Outline:
    """Read what is certain of a match."""
    asked = demands(match)
    needed = frozenset(
        part for part, demand in asked.items() if demand.absent is False and free(part).absent
    )
    if not isinstance(intersect(match, match), Witness):
        return Outline("", frozenset(), frozenset(), needed)
    path = match.path
    start = certain_start(path).lower() + (_END if path.kind == "exact" else "")
    values = {
        part: text.value
        for part, demand in asked.items()
        for text in demand.inside
        if text.kind == "exact" and not text.ignore_case
    }
    return Outline(start, frozenset(values), frozenset(values.items()), needed)


def certain_start(path: StringMatch) -> str:
    """Give a text that every path taken surely starts with; may be empty."""
    if path.kind in ("exact", "prefix"):
        return path.value
    return _regex_start(path.value) if path.kind == "regex" else ""


def _regex_start(pattern: str) -> str:
    """Read the plain characters a pattern begins with; none if it has alternatives outside."""
    depth = 0
    for char in _LITERAL.sub("", pattern):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth <= 0:
            return ""
    text = pattern.removeprefix("^")
    length = next((n for n, char in enumerate(text) if char in _SPECIAL), len(text))
    if length and text[length : length + 1] in _OPTIONAL:
        length -= 1
    return text[:length]
