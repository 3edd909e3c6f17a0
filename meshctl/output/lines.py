"""How are lines written for people that hold texts from elsewhere: of istiod, a cluster, a file?"""

from collections.abc import Iterable
from typing import TextIO

from meshctl.words import message_lines

_INDENT = "    "


def write_lines(lines: Iterable[str], out: TextIO) -> None:
    """Write lines, safe to show; a text of several lines goes on below, indented."""
    for line in lines:
        first, *rest = message_lines(line)
        out.write("\n".join((first, *(_INDENT + one for one in rest))) + "\n")
