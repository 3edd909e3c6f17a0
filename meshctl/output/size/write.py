"""Writes the answer of ``size``: text, JSON, or a page."""

from typing import TextIO

from meshctl.inspect.size.answer import SizeAnswer
from meshctl.output.as_json.texts import json_text
from meshctl.output.data import data_of
from meshctl.output.size.text import write_text

FORMATS = ("text", "json", "html")


def write(output: str, answer: SizeAnswer, out: TextIO) -> None:
    """Write in one of ``FORMATS``."""
    if output == "json":
        out.write(json_text({"version": 1, **data_of(answer)}, indent=2) + "\n")
    elif output == "html":
        from meshctl.output.size.html import write_html  # noqa: PLC0415 - for this format alone

        write_html(answer, out)
    else:
        write_text(answer, out)
