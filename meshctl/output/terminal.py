"""Fits text to the width of a terminal."""

import shutil
import sys
import textwrap
from collections.abc import Iterable
from typing import TextIO

from meshctl.lazy_pattern import lazy_pattern

_HANG = 4
_ESCAPE = lazy_pattern(r"\x1b\[[0-9;]*m")
_LEAST = 30


def width_of(out: TextIO) -> int | None:
    """Give the columns of the terminal that is written to; nothing else has a width."""
    columns = getattr(out, "columns", None)
    if isinstance(columns, int):
        return max(columns, _LEAST)
    if out is not sys.stdout or not out.isatty():
        return None
    return max(shutil.get_terminal_size().columns, _LEAST)


def hanging(line: str, width: int | None) -> Iterable[str]:
    """Wrap a line between its words, further lines indented; words are never broken.

    What is painted, or a line of a code frame, is left as it is when it fits.
    """
    if width is None or len(_ESCAPE.sub("", line)) <= width:
        return (line,)
    indent = len(line) - len(line.lstrip()) + _HANG
    return textwrap.wrap(
        line, width, subsequent_indent=" " * indent, break_long_words=False,
        break_on_hyphens=False, drop_whitespace=True, replace_whitespace=False,
    )  # fmt: skip
