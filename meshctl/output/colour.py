"""Decides whether output is coloured, and paints text."""

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


_FORCING = ("FORCE_COLOR", "CLICOLOR_FORCE")


def painter(out: TextIO) -> Paint:
    """Choose how to paint: with ANSI colours where they are wanted, else not at all.

    The escapes are written here, since importing rich takes 40 ms and these nine styles are
    all there is.
    """
    return _painted if wants_colour(out) else _plain


def wants_colour(out: TextIO) -> bool:
    """Ask --color, NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, TERM and the stream, in this order.

    What forces colours holds for standard output and standard error, never for a file.
    """
    environ = os.environ
    is_standard = out in (sys.stdout, sys.stderr)
    chosen = environ.get("MESHCTL_COLOR", "auto")
    if chosen != "auto":
        return chosen == "always" and is_standard
    if environ.get("NO_COLOR"):
        return False
    if is_standard and any(environ.get(name, "0") not in ("", "0") for name in _FORCING):
        return True
    return environ.get("TERM") != "dumb" and out.isatty()


def _painted(text: str, style: str) -> str:
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text else text


def _plain(text: str, style: str) -> str:  # noqa: ARG001
    return text
