"""Keeps the order of rules where HTTPRoutes are tried by how specific they are.

Where a later match would win over an earlier one, a match for the requests of both is added that
does what the earlier one does; a match that nothing could reach goes.
"""

from collections.abc import Sequence
from typing import NamedTuple

from meshctl.mesh.matching.outline import Outline, outline
from meshctl.mesh.matching.string_match import StringMatch
from meshctl.migrate.gateway_api.asked import MOST_CONDITIONS, Alternative, Asked, CantSayError

_MOST = 512


class Ordered(NamedTuple):
    """The matches that do the same; ``added`` is how many were, ``dead`` are actions that went."""

    alternatives: tuple[Alternative, ...]
    added: int
    dead: frozenset[int]


def in_any_order(several: Sequence[Alternative]) -> Ordered:
    """Give matches that do the same when the most specific is tried first.

    Raises CantSayError where no match says what the order did.
    """
    order = _Order()
    added = 0
    for alternative in several:
        before = len(order.found)
        order.insert(alternative, before, 0)
        added += max(len(order.found) - before - 1, 0)
    left = {alternative.action for alternative in order.found}
    dead = frozenset(alternative.action for alternative in several) - left
    return Ordered(tuple(order.found), added, dead)


class _Conditions(NamedTuple):
    """How specific a match is, its path, and the names of what else it asks for."""

    rank: tuple[int, int, bool, int, int]
    path: tuple[str, str, StringMatch]
    names: frozenset[tuple[str, str]]
    is_plain: bool
    """Has each name once?"""


class _Order:
    """The matches found so far; all of them may be pairs, so little is asked of most."""

    def __init__(self) -> None:
        self.found: list[Alternative] = []
        self._outlines: list[Outline] = []
        self._conditions: list[_Conditions] = []
        self._asked: set[Asked] = set()

    def insert(self, alternative: Alternative, earlier: int, depth: int) -> None:
        """Add one behind those that come ``earlier``, with what keeps their requests theirs.

        Below the top it is what two share, which has to win over the later of them.
        """
        if len(self.found) > _MOST or depth > _MOST:
            raise CantSayError(
                f"the order of rules takes more than {_MOST} matches to say",
                "write matches that don't overlap",
            )
        mine, conditions = outline(alternative.written), _conditions(alternative)
        outlines = self._outlines[:earlier]
        near = mine.may_meet(outlines)
        for other in map(self.found.__getitem__, mine.may_be_in(outlines, near)):
            if other.takes_all_of(alternative):
                wins = other.asked.rank <= alternative.asked.rank
                if other.still_takes_all_of(alternative) and (wins or not depth):
                    return
                alternative = alternative._replace(action=other.action)
                break
        for place in self._unsettled(conditions, near):
            self._keep(place, alternative, depth)
        if alternative.asked not in self._asked:
            self.found.append(alternative)
            self._outlines.append(mine)
            self._conditions.append(conditions)
            self._asked.add(alternative.asked)

    def _keep(self, place: int, alternative: Alternative, depth: int) -> None:
        """Add what an earlier one shares with a later one, if that would win over it."""
        other = self.found[place]
        if other.action == alternative.action or not other.meets(alternative):
            return
        shared = other.both(alternative)
        if other.asked.rank <= alternative.asked.rank and other.still_takes_all_of(shared):
            return
        if shared.asked.rank > alternative.asked.rank:
            raise CantSayError(
                "the order of two rules decides, and the later one is always tried first in an "
                "HTTPRoute",
                "write matches that don't overlap",
            )
        if shared.asked not in self._asked:
            self.insert(shared, place, depth + 1)

    def _unsettled(self, later: _Conditions, places: list[int]) -> list[int]:
        """Leave out those that win anyway: on one path, each asks for names of its own."""
        if not later.is_plain:
            return places
        rank, path, names = later.rank, later.path, later.names
        room = MOST_CONDITIONS - len(names)
        return [
            place
            for place in places
            if not (
                (other := self._conditions[place]).path == path
                and other.rank <= rank
                and other.is_plain
                and len(other.names) <= room
                and other.names.isdisjoint(names)
            )
        ]


def _conditions(alternative: Alternative) -> _Conditions:
    asked = alternative.asked
    names = [
        (kind, name.lower())
        for kind, texts in (("header", asked.headers), ("query", asked.query))
        for name, _, _ in texts
    ]
    path = (asked.kind, asked.path, alternative.written.path)
    return _Conditions(asked.rank, path, frozenset(names), len({*names}) == len(names))
