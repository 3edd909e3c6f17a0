"""Writes a long JSON array one item a line, without holding all of it as text."""

from collections.abc import Iterable
from typing import Any, TextIO

from meshctl.output.as_json.texts import json_text


def write_array(out: TextIO, items: Iterable[dict[str, Any]], indent: str = "") -> None:
    """Write an array from ``[`` to ``]``, each item on a line of its own.

    The text is plain ASCII, so that no encoding of the output and no unpaired surrogate in a
    file name can break it.
    """
    separator = "["
    for item in items:
        out.write(f"{separator}\n{indent}  {json_text(item)}")
        separator = ","
    out.write("[]" if separator == "[" else f"\n{indent}]")
