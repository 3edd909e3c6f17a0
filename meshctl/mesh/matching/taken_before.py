"""Which of the matches that are asked before takes all requests that a later one asks for.

Matches as istiod makes them for the Gateway API (pilot/pkg/config/kube/gateway/conversion.go, Istio 1.31): a prefix
ends with a segment of the path, and all conditions have to hold.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")

_MOST_CONDITIONS = 4
"""Conditions of which every choice is looked up; of more, one alone, none or all."""


class _Key(NamedTuple):
    kind: str
    path: str
    conditions: frozenset[str]


class TakenBefore(Generic[T]):
    """Values of matches by what those take: a path with all below it, an exact path, or a pattern.

    A look-up costs a step for each segment of the path and each choice of the conditions.
    """

    def __init__(self) -> None:
        self._found: dict[_Key, tuple[int, T]] = {}

    def add(self, match: Mapping[str, Any], value: T) -> None:
        """Add a match behind all others; of two that ask for the same the first counts."""
        kind, path = _path(match)
        key = _Key(kind, path, frozenset(_conditions(match)))
        self._found.setdefault(key, (len(self._found), value))

    def find(self, match: Mapping[str, Any]) -> T | None:
        """Find the first one that takes every request of a match, the same match included."""
        kind, path = _path(match)
        places = [(kind, path)]
        if kind != "regex":
            places += [("prefix", above) for above in _above(path)]
        places.append(("prefix", ""))
        choices = list(_choices(sorted(_conditions(match))))
        known = (
            self._found.get(_Key(*place, conditions)) for place in places for conditions in choices
        )
        first = min((one for one in known if one is not None), key=lambda one: one[0], default=None)
        return first[1] if first is not None else None


def _path(match: Mapping[str, Any]) -> tuple[str, str]:
    kind, text = next(iter(match.get("uri", {"prefix": ""}).items()))
    return kind, text.removesuffix("/") if kind == "prefix" else text


def _above(path: str) -> Iterator[str]:
    """Walk a path and the paths above it, at the ends of segments."""
    rest = path.removesuffix("/")
    while rest:
        yield rest
        rest = rest.rpartition("/")[0]


def _conditions(match: Mapping[str, Any]) -> Iterator[str]:
    """Walk what is asked beside the path, as texts; header names have no case."""
    for key in ("headers", "queryParams"):
        for name, text in match.get(key, {}).items():
            yield f"{key} {name.lower() if key == 'headers' else name} {json.dumps(text)}"
    if "method" in match:
        yield f"method {json.dumps(match['method'])}"


def _choices(conditions: list[str]) -> Iterator[frozenset[str]]:
    """Walk the choices of some conditions, from none of them to all."""
    several = len(conditions)
    sizes = range(several + 1) if several <= _MOST_CONDITIONS else (0, 1, several)
    for size in sizes:
        yield from map(frozenset, combinations(conditions, size))
