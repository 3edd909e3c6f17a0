"""Writes plain data as YAML.

By hand, since PyYAML takes twenty times as long, and leaves texts such as ``1e3`` without quotes,
which YAML 1.2 reads as numbers.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./\[\]-]+")
_RESERVED = frozenset({"yes", "no", "on", "off", "true", "false", "null"})

# Quotes, controls, what YAML 1.1 takes for a line break, invisible characters, surrogates.
_ESCAPED = re.compile(
    r'["\\]|(?<=#)#|[^\x20-\x7e\xa1-\u1fff\u2030-\u205f\u2070-\ud7ff\ue000-\ufdff]'
)

_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def entry(key: str, value: Any, indent: str = "") -> Iterator[str]:
    """Walk the lines of one entry of a mapping."""
    if isinstance(value, dict) and value:
        yield f"{indent}{_scalar(key)}:\n"
        for name, inner in value.items():
            yield from entry(name, inner, f"{indent}  ")
    elif isinstance(value, list) and value:
        yield f"{indent}{_scalar(key)}:\n"
        for element in value:
            yield from item(element, indent)
    else:
        yield f"{indent}{_scalar(key)}: {_scalar(value)}\n"


def item(value: Mapping[str, Any] | str, indent: str = "") -> Iterator[str]:
    """Walk the lines of one item of a list."""
    if isinstance(value, str):
        yield f"{indent}- {_scalar(value)}\n"
        return
    dash = f"{indent}- "
    for name, inner in value.items():
        for line in entry(name, inner, f"{indent}  "):
            yield dash + line[len(dash) :]
            dash = f"{indent}  "


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and value.lower() not in _RESERVED
        return value if is_plain else f'"{_ESCAPED.sub(_escape, value)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in _SHORT:
        return _SHORT[match[0]]
    return f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"
