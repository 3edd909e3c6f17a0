"""May this output be coloured, and how is a piece of text painted?"""

import os
import sys
from collections.abc import Callable
from typing import TextIO

Paint = Callable[[str, str], str]
"""Paints ``text`` in the named style, or returns it as it is."""

_CODES = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "message": "1",
    "file": "1;4",
    "gutter": "34",
    "related": "36",
    "fix": "32",
    "good": "1;32",
}


def painter(out: TextIO) -> Paint:
    """Choose how to paint: with ANSI colours where they are wanted, else not at all.

    The escapes are written here, since importing rich takes 40 ms and these nine styles are
    all there is.
    """
    return _painted if wants_colour(out) else _plain


def wants_colour(out: TextIO) -> bool:
    """Ask NO_COLOR, FORCE_COLOR (standard output only), TERM and the stream, in this order."""
    environ = os.environ
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0") and out is sys.stdout:
        return True
    return environ.get("TERM") != "dumb" and out.isatty()


def _painted(text: str, style: str) -> str:
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text else text


def _plain(text: str, style: str) -> str:  # noqa: ARG001
    return text
