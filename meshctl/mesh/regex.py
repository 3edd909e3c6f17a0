"""Which texts do several regular expressions match in full, and others not?

Everything asked of patterns is one search (``find``): two patterns overlap if some text lies in
both; one covers another if no text lies in the other and outside of it. A pattern becomes an
automaton without empty moves, and the search walks through all automata in step: one state at a
time where the text must match, all states at once where it must not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from math import prod
from typing import Final, NamedTuple

from meshctl.mesh.characters import Ranges, any_of, common, complement
from meshctl.mesh.regex_program import MOST_CODE, Code, Edge, Go, Opaque, Take

MOST_MOVES = 20_000
MOST_STEPS = 500_000


class CantTell(Enum):
    """The answer where a pattern is not modelled, or the search would take too long."""

    CANT_TELL = "can't tell"


CANT_TELL: Final = CantTell.CANT_TELL


@dataclass(frozen=True, slots=True, eq=False)
class Universe:
    """The texts that one part of a request can hold: their first character, the others."""

    first: Ranges
    rest: Ranges
    may_be_empty: bool = True
    samples: tuple[str, ...] = ()
    """Texts that read well as examples; they are tried before shorter ones."""

    def holds(self, text: str) -> bool:
        """Say whether the text can occur there."""
        return (self.may_be_empty or bool(text)) and all(
            any(low <= code <= high for low, high in (self.rest if place else self.first))
            for place, code in enumerate(map(ord, text))
        )


CARRIED = complement(((0, 0), (10, 10), (13, 13), (0xD800, 0xDFFF)))
"""The characters of header values: no HTTP codec lets NUL, CR and LF through."""

TEXT = Universe(CARRIED, CARRIED)
"""Any text that a request can carry."""

Move = tuple[int, int, int]
"""With a character from the first code point to the second, go to the state."""

Shunned = tuple[int, int]
"""A state in which an automaton that must not match may be: the automaton's number, the state."""


@dataclass(frozen=True, slots=True, eq=False)
class Automaton:
    """States by number, from 0: the moves out of each, and those where a text may end."""

    moves: tuple[tuple[Move, ...], ...]
    accepting: frozenset[int]

    def accepts(self, text: str) -> bool:
        """Say whether the text matches in full."""
        states = {0}
        for code in map(ord, text):
            states = {
                target
                for state in states
                for low, high, target in self.moves[state]
                if low <= code <= high
            }
        return not states.isdisjoint(self.accepting)


class _Reach(NamedTuple):
    """What a program can do without consuming: the ``Take`` steps it comes to, or match."""

    takes: tuple[tuple[int, Ranges], ...]
    matches: bool


def automaton(code: Code, universe: Universe) -> Automaton | None:
    """Turn a program into an automaton over the universe; None if it cannot be modelled.

    A state is what the program can do next, so places that can do the same are one state. The
    start stays apart: ``^`` holds only there, and the first character has a set of its own.
    """
    if len(code) > MOST_CODE or any(isinstance(step, Opaque) for step in code):
        return None
    reaches = [_reach(code, 0, at_start=True)]
    numbers: dict[_Reach, int] = {}
    after: dict[int, int] = {}
    rows: list[tuple[Move, ...]] = []
    budget = MOST_MOVES
    for reach in reaches:
        allowed = universe.rest if rows else universe.first
        row: list[Move] = []
        for place, ranges in reach.takes:
            if place not in after:
                following = _reach(code, place + 1, at_start=False)
                after[place] = numbers.setdefault(following, len(reaches))
                if after[place] == len(reaches):
                    reaches.append(following)
            row += [(low, high, after[place]) for low, high in common(ranges, allowed)]
        rows.append(tuple(sorted(row, key=_rank)))
        budget -= len(row) + len(reach.takes)
        if budget < 0:
            return None
    accepting = {number for number, reach in enumerate(reaches) if reach.matches}
    if not universe.may_be_empty:
        accepting.discard(0)
    return Automaton(tuple(rows), frozenset(accepting))


def _reach(code: Code, place: int, *, at_start: bool) -> _Reach:
    """Follow the steps that consume nothing; after ``$`` only a match is left."""
    takes: list[tuple[int, Ranges]] = []
    matches = False
    todo = [(place, False)]
    seen = set(todo)
    for here, ended in todo:
        step = code[here] if here < len(code) else None
        following: list[int] = []
        if step is None:
            matches = True
        elif isinstance(step, Take) and not ended:
            takes.append((here, step.ranges))
        elif isinstance(step, Go):
            following = [here + offset for offset in step.offsets]
        elif step is Edge.END or (step is Edge.START and at_start):
            following = [here + 1]
        places = {(there, ended or step is Edge.END) for there in following} - seen
        seen |= places
        todo += places
    return _Reach(tuple(sorted(takes)), matches)


def find(inside: Sequence[Automaton], outside: Sequence[Automaton] = ()) -> str | CantTell | None:
    """Find the shortest text that all of ``inside`` and none of ``outside`` match."""
    start = (0,) * len(inside), frozenset((number, 0) for number in range(len(outside)))
    words = {start: ""}
    todo = [start]
    budget = MOST_STEPS
    for here in todo:
        states, shunned = here
        matched = all(state in each.accepting for each, state in zip(inside, states, strict=True))
        if matched and not any(state in outside[number].accepting for number, state in shunned):
            return words[here]
        rows = [each.moves[state] for each, state in zip(inside, states, strict=True)]
        shun = [
            (low, high, (number, target))
            for number, state in shunned
            for low, high, target in outside[number].moves[state]
        ]
        budget -= prod(map(len, rows)) * (1 + len(shun))
        if budget < 0:
            return CANT_TELL
        for low, high, targets in _in_step(rows):
            for first, last, left in _pieces(low, high, shun):
                there = targets, left
                if there not in words:
                    words[there] = words[here] + readable(first, last)
                    todo.append(there)
    return None


def _in_step(rows: Sequence[Sequence[Move]]) -> list[tuple[int, int, tuple[int, ...]]]:
    """List the moves that all automata can make with the same character."""
    steps = [(low, high, (target,)) for low, high, target in rows[0]]
    for row in rows[1:]:
        steps = [
            (max(low, first), min(high, last), (*targets, target))
            for low, high, targets in steps
            for first, last, target in row
            if low <= last and first <= high
        ]
    return steps


def _pieces(
    low: int, high: int, moves: Sequence[tuple[int, int, Shunned]]
) -> list[tuple[int, int, frozenset[Shunned]]]:
    """Cut a range so that every character of a piece makes the same moves."""
    touched = [move for move in moves if move[0] <= high and low <= move[1]]
    if not touched:
        return [(low, high, frozenset())]
    firsts = {low}
    firsts.update(first for first, _, _ in touched if first > low)
    firsts.update(last + 1 for _, last, _ in touched if last < high)
    return [
        (first, following - 1, frozenset(to for start, end, to in touched if start <= first <= end))
        for first, following in pairwise([*sorted(firsts), high + 1])
    ]


_PREFERRED = any_of("a-z"), any_of("0-9"), any_of("A-Z"), any_of("!-~")


def readable(low: int, high: int) -> str:
    """Pick the character of a range that reads best in a message."""
    for ((first, last),) in _PREFERRED:
        if low <= last and first <= high:
            return chr(max(low, first))
    return chr(low)


def _rank(move: Move) -> int:
    """Order moves so that a search meets readable characters first."""
    low, high, _ = move
    ranks = (
        rank for rank, ((first, last),) in enumerate(_PREFERRED) if low <= last and first <= high
    )
    return next(ranks, len(_PREFERRED))
