"""Writes a description: text, or JSON."""

from typing import Any, TextIO

from meshctl.inspect.describe import Description
from meshctl.inspect.describe.gateway import ServingWorkload
from meshctl.output.as_json.answers import write_json
from meshctl.output.data import data_of
from meshctl.output.describe.text import lines
from meshctl.output.lines import write_lines

VERSION = 1


def write(description: Description, output: str, out: TextIO) -> None:
    """Write a description for people or, with ``json``, for programs."""
    if output == "json":
        write_json(description_form(description), out)
    else:
        write_lines(lines(description), out)


def description_form(description: Description) -> dict[str, Any]:
    """Write a description for programs: the keys of its subject, and what holds for all."""
    subject = data_of(description.subject)
    return {
        "version": VERSION,
        **({"serves": subject} if isinstance(description.subject, ServingWorkload) else subject),
        "not_shown": data_of(description.not_shown),
        "findings": data_of(description.findings),
    }
