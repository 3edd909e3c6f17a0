"""The steps of a regular expression's program."""

from collections.abc import Sequence
from enum import Enum
from itertools import chain
from typing import NamedTuple

from meshctl.re2.characters import Ranges

MOST_CODE = 4000
"""Longer programs are not written; an ``Opaque`` step stands in their place."""


class Take(NamedTuple):
    """Consume one of these characters."""

    ranges: Ranges


class Go(NamedTuple):
    """Continue at any of these places, counted from here."""

    offsets: tuple[int, ...]


class Edge(Enum):
    """Continue only at this end of the text."""

    START = "start"
    END = "end"


class Opaque(NamedTuple):
    """Something that RE2 understands and this model does not."""

    what: str


Code = tuple[Take | Go | Edge | Opaque, ...]
"""A program; it has matched when it runs past its end. Offsets are relative, so that programs
are put together by joining tuples."""


def either(branches: Sequence[Code]) -> Code:
    """Match any one of the branches."""
    if len(branches) == 1:
        return branches[0]
    starts, end = [], 1
    for branch in branches:
        starts.append(end)
        end += len(branch) + 1
    bodies = (
        (*branch, Go((end - start - len(branch),)))
        for start, branch in zip(starts, branches, strict=True)
    )
    return (Go(tuple(starts)), *chain.from_iterable(bodies))


def repeat(code: Code, low: int, high: int | None) -> Code:
    """Match from ``low`` to ``high`` times (None: without a limit)."""
    block = len(code) + 1
    if block * (low + 1 if high is None else high) > MOST_CODE:
        return (Opaque("a repetition that takes too many steps"),)
    if high is None:
        return (*(code * low), Go((1, block + 1)), *code, Go((-block,)))
    optional = high - low
    exits = (Go((1, (optional - done) * block)) for done in range(optional))
    return (*(code * low), *chain.from_iterable((way_out, *code) for way_out in exits))
