"""Complains on standard error, with nothing that commands the terminal."""

import sys
from collections.abc import Iterable

from meshctl.words import message_lines


def complain(text: str) -> None:
    """Write a text that may hold what a cluster or a file says; a terminal breaks no word of it."""
    lines: Iterable[str] = message_lines(text)
    if sys.stderr.isatty():
        from meshctl.output.terminal import hanging, width_of  # noqa: PLC0415 - pipes need none of it

        width = width_of(sys.stderr)
        lines = [part for line in lines for part in hanging(line, width)]
    sys.stderr.write("\n".join(lines) + "\n")
