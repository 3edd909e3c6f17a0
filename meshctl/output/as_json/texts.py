"""Encodes JSON that may land in the log of a build server."""

import json
from typing import Any

_ENCODE = json.JSONEncoder().encode


def json_text(value: Any, indent: int | None = None) -> str:
    """Write a value as JSON in plain ASCII, without the ``##[`` that a build server would obey.

    A hash stands in texts alone, so that its escape changes no value.
    """
    text = _ENCODE(value) if indent is None else json.dumps(value, indent=indent)
    return text.replace("##", "#\\u0023") if "##" in text else text
