"""Writes answers for programs as JSON, without the secrets of what they are about."""

import json
from typing import Any, TextIO

from meshctl.masking.answers import masked_data


def write_json(data: Any, out: TextIO) -> None:
    """Write one JSON document, indented, with a line break at its end."""
    json.dump(masked_data(data), out, indent=2)
    out.write("\n")
