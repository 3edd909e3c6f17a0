"""Cleans lines for people that hold texts from istiod, a cluster or a file."""

from collections.abc import Iterable
from typing import TextIO

from meshctl.masking.tokens import masked
from meshctl.output.colour import Paint, painter
from meshctl.output.terminal import hanging, width_of
from meshctl.words import message_lines

_INDENT = "    "
_WRONG = ("CONFLICT", "DEAD: ", "REFUSED", "MISSING", "NOT READY")


def write_lines(lines: Iterable[str], out: TextIO) -> None:
    """Write lines, safe to show; a text of several lines goes on below, indented."""
    width = width_of(out)
    paint = painter(out)
    for line in lines:
        first, *rest = message_lines(masked(line))
        for text in (first, *(_INDENT + one for one in rest)):
            out.writelines(_painted(part, paint) + "\n" for part in hanging(text, width))


def _painted(line: str, paint: Paint) -> str:
    """Paint a heading and what is wrong; anything else stays as it is."""
    if any(word in line for word in _WRONG):
        return paint(line, "error")
    return paint(line, "message") if line[:1].isalnum() else line
