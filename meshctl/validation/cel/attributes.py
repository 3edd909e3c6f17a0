"""Finds the attributes of an expression, and the literals that they are compared with.

It goes by the tokens of an expression whose syntax is right; types of what functions give aren't known.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.validation.cel.syntax import MACROS, read_tokens

_COMPARED = frozenset({"==", "!=", "<", "<=", ">", ">="})
_WORDS = frozenset({"true", "false", "null", "in"})
_BESIDE = frozenset({"&&", "||", ")", "(", "?", "!"})
"""What may stand beside a comparison that is a condition by itself."""


class Attribute(NamedTuple):
    """A root and the names behind it, and the literal it is compared with, as it is written."""

    names: tuple[str, ...]
    operator: str = ""
    literal: str = ""
    literal_kind: str = ""
    """``text`` or ``number``; empty where it isn't compared with a literal."""


def attributes_in(text: str) -> Iterator[Attribute]:
    """Walk the attributes of an expression; nothing of one that can't be read."""
    tokens = read_tokens(text)
    variables = {
        tokens[at + 2][1]
        for at, (_, word) in enumerate(tokens[:-2])
        if word in MACROS and tokens[at + 1][1] == "("
    }
    at = 0
    while at < len(tokens):
        end = _end_of_chain(tokens, at)
        if end > at:
            names = tuple(word for kind, word in tokens[at:end] if kind == "name")
            following = tokens[end][1] if end < len(tokens) else ""
            if following == "(":  # the last name is a function
                names = names[:-1]
            if names and names[0] not in variables and following != "{":
                yield _compared(names, tokens, at, end)
        at = max(end, at + 1)


def _end_of_chain(tokens: Sequence[tuple[str, str]], at: int) -> int:
    """Find where a chain of names ends that begins here; ``at`` itself where none does."""
    kind, word = tokens[at]
    if kind != "name" or word in _WORDS or (at and tokens[at - 1][1] == "."):
        return at
    end = at + 1
    while end + 1 < len(tokens) and tokens[end][1] == "." and tokens[end + 1][0] == "name":
        end += 2
    return end


def _compared(
    names: tuple[str, ...], tokens: Sequence[tuple[str, str]], at: int, end: int
) -> Attribute:
    """Look at both sides of an attribute for a comparison with a literal and nothing else."""
    for sign, value, beyond in ((end, end + 1, end + 2), (at - 1, at - 2, at - 3)):
        if 0 <= sign < len(tokens) and 0 <= value < len(tokens) and tokens[sign][1] in _COMPARED:
            kind, literal = tokens[value]
            alone = not 0 <= beyond < len(tokens) or tokens[beyond][1] in _BESIDE
            if kind in {"text", "number"} and alone:
                return Attribute(names, tokens[sign][1], literal, kind)
    return Attribute(names)
