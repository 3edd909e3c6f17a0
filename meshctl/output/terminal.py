"""Fits text to the width of a terminal."""

import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import TextIO

from meshctl.lazy_pattern import lazy_pattern

_HANG = 4
_ESCAPE = lazy_pattern(r"\x1b\[[0-9;]*m")
_WORDS = lazy_pattern(r"\s*\S+")
_LEAST = 30


def width_of(out: TextIO) -> int | None:
    """Give the columns of the terminal that is written to; nothing else has a width."""
    columns = getattr(out, "columns", None)
    if isinstance(columns, int):
        return max(columns, _LEAST)
    if out not in {sys.stdout, sys.stderr} or not out.isatty():
        return None
    return max(shutil.get_terminal_size().columns, _LEAST)


def hanging(line: str, width: int | None) -> Iterable[str]:
    """Wrap a line between its words, further lines indented; words are never broken.

    What is painted, or a line of a code frame, is left as it is when it fits.
    """
    if width is None or len(_ESCAPE.sub("", line)) <= width:
        return (line,)
    return _wrapped(line, width, len(line) - len(line.lstrip()) + _HANG)


def _wrapped(line: str, width: int, indent: int) -> Iterator[str]:
    """Walk the lines of a text that is broken between words; colours take no room."""
    shown, taken = "", 0
    for word in _WORDS.findall(line):
        part, size = word, len(_ESCAPE.sub("", word))
        if shown and taken + size > width:
            yield shown
            part = " " * indent + word.lstrip()
            shown, taken, size = "", 0, len(_ESCAPE.sub("", part))
        shown, taken = shown + part, taken + size
    yield shown
