"""Writes JSON as Go's encoding/json does."""

import json
from typing import Any

_HTML = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def dumps(value: Any) -> str:
    """Write compact JSON that is safe inside HTML, keys in the order they have."""
    text = json.dumps(_whole(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_HTML)


def _whole(value: Any) -> Any:
    """Go writes floats without a fraction as integers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list | tuple) else value
