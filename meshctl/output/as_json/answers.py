"""Writes answers for programs as JSON, without the secrets of what they are about."""

from typing import Any, TextIO

from meshctl.masking.answers import masked_data
from meshctl.output.as_json.texts import json_text


def write_json(data: Any, out: TextIO) -> None:
    """Write one JSON document, indented, with a line break at its end."""
    out.write(json_text(masked_data(data), indent=2) + "\n")
