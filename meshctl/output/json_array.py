"""Writes a long JSON array one item a line, without holding all of it as text."""

import json
from collections.abc import Iterable
from typing import Any, TextIO


def write_array(out: TextIO, items: Iterable[dict[str, Any]], indent: str = "") -> None:
    """Write an array from ``[`` to ``]``, each item on a line of its own.

    The text is plain ASCII, so that no encoding of the output and no unpaired surrogate in a
    file name can break it.
    """
    encode = json.JSONEncoder().encode
    separator = "["
    for item in items:
        out.write(f"{separator}\n{indent}  {encode(item)}")
        separator = ","
    out.write("[]" if separator == "[" else f"\n{indent}]")
