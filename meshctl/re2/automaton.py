"""Finds a text that several regular expressions match in full, and others don't.

Everything asked of patterns is one search (``find``): two patterns overlap if some text lies in
both; one covers another if no text lies in the other and outside of it. A pattern becomes an
automaton without empty moves, and the search walks through all automata in step: one state at a
time where the text must match, all states at once where it must not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from math import prod
from typing import Final, NamedTuple

from meshctl.re2.characters import Ranges, any_of, common, complement
from meshctl.re2.program import MOST_CODE, Code, Edge, Go, Opaque, Take

MOST_WORK = 50_000
"""How many steps an automaton may take to build (about 30 ms)."""

MOST_COMPARED = 500_000
"""How many moves a search may compare (about 100 ms)."""


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


def everything(universe: Universe) -> Automaton:
    """Accept every text of the universe."""
    sets = (universe.first, universe.rest)
    rows = ([(low, high, 1) for low, high in ranges] for ranges in sets)
    return Automaton(
        tuple(tuple(sorted(row, key=_rank)) for row in rows),
        frozenset({0, 1} if universe.may_be_empty else {1}),
    )


class _Reach(NamedTuple):
    """What a program can do without consuming: the ``Take`` steps it comes to, or match."""

    takes: tuple[int, ...]
    matches: bool


def automaton(code: Code, universe: Universe) -> Automaton | None:
    """Turn a program into an automaton over the universe; None if it cannot be modelled.

    A state is what the program can do next, so places that can do the same are one state. The
    start stays apart: ``^`` holds only there, and the first character has a set of its own.
    """
    if len(code) > MOST_CODE or any(isinstance(step, Opaque) for step in code):
        return None
    takes = {place: step.ranges for place, step in enumerate(code) if isinstance(step, Take)}
    start, work = _reach(code, 0, at_start=True)
    after: dict[int, _Reach] = {}
    for place in takes:
        after[place], steps = _reach(code, place + 1, at_start=False)
        work += steps + sum(len(takes[take]) for take in after[place].takes)
        if work > MOST_WORK:
            return None
    states = {reach: number for number, reach in enumerate(dict.fromkeys(after.values()), 1)}

    first = {take: common(takes[take], universe.first) for take in start.takes}
    rest = {take: common(ranges, universe.rest) for take, ranges in takes.items()}

    def moves(reach: _Reach, allowed: Mapping[int, Ranges]) -> tuple[Move, ...]:
        row = (
            (low, high, states[after[take]]) for take in reach.takes for low, high in allowed[take]
        )
        return tuple(sorted(row, key=_rank))

    rows = (moves(start, first), *(moves(reach, rest) for reach in states))
    accepting = {number for reach, number in states.items() if reach.matches}
    if start.matches and universe.may_be_empty:
        accepting.add(0)
    return Automaton(rows, frozenset(accepting))


def _reach(code: Code, place: int, *, at_start: bool) -> tuple[_Reach, int]:
    """Follow the steps that consume nothing, and count them; after ``$`` only a match is left."""
    takes: list[int] = []
    matches = False
    todo = [(place, False)]
    seen = set(todo)
    for here, ended in todo:
        step = code[here] if here < len(code) else None
        following: list[int] = []
        if step is None:
            matches = True
        elif isinstance(step, Take) and not ended:
            takes.append(here)
        elif isinstance(step, Go):
            following = [here + offset for offset in step.offsets]
        elif step is Edge.END or (step is Edge.START and at_start):
            following = [here + 1]
        places = {(there, ended or step is Edge.END) for there in following} - seen
        seen |= places
        todo += places
    return _Reach(tuple(sorted(takes)), matches), len(todo)


def find(inside: Sequence[Automaton], outside: Sequence[Automaton] = ()) -> str | CantTell | None:
    """Find the shortest text that all of ``inside`` and none of ``outside`` match."""
    start = (0,) * len(inside), frozenset((number, 0) for number in range(len(outside)))
    words = {start: ""}
    todo = [start]
    budget = MOST_COMPARED
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
    steps: list[tuple[int, int, tuple[int, ...]]] = [
        (low, high, (target,)) for low, high, target in rows[0]
    ]
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
