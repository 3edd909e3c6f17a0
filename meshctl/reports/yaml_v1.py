"""How do people read the whole report with all its fields? The JSON format, written as YAML."""

import re
from collections.abc import Iterator
from typing import Any, TextIO

from meshctl.engine.report import Report
from meshctl.reports.json_v1 import finding_data, preamble

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./\[\]-]+")
_RESERVED = frozenset({"yes", "no", "on", "off", "true", "false", "null"})

# Quotes, controls, what YAML 1.1 takes for a line break, invisible characters, surrogates.
_ESCAPED = re.compile(r'["\\]|[^\x20-\x7e\xa1-\u1fff\u2030-\u205f\u2070-\ud7ff\ue000-\ufdff]')

_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def render(report: Report, out: TextIO) -> None:
    """Write a report as YAML with the keys and values of the JSON format.

    It is written by hand, since PyYAML takes twenty times as long for a fixed shape, and leaves
    texts such as ``1e3`` without quotes, which YAML 1.2 reads as numbers.
    """
    for key, value in preamble(report).items():
        out.writelines(_entry(key, value, ""))
    _write_list(out, "findings", (finding_data(report, item) for item in report.findings))
    _write_list(out, "not_checked", (item._asdict() for item in report.not_checked))


def _write_list(out: TextIO, key: str, items: Iterator[dict[str, Any]]) -> None:
    head = f"{key}:\n"
    for item in items:
        out.write(head)
        out.writelines(_item(item, ""))
        head = ""
    if head:
        out.write(f"{key}: []\n")


def _entry(key: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield f"{indent}{key}:\n"
        for name, inner in value.items():
            yield from _entry(name, inner, f"{indent}  ")
    elif isinstance(value, list) and value:
        yield f"{indent}{key}:\n"
        for item in value:
            yield from _item(item, indent)
    else:
        yield f"{indent}{key}: {_scalar(value)}\n"


def _item(item: dict[str, Any] | str, indent: str) -> Iterator[str]:
    if isinstance(item, str):
        yield f"{indent}- {_scalar(item)}\n"
        return
    dash = f"{indent}- "
    for name, value in item.items():
        for line in _entry(name, value, f"{indent}  "):
            yield dash + line[len(dash) :]
            dash = f"{indent}  "


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and value.lower() not in _RESERVED
        return value if is_plain else f'"{_ESCAPED.sub(_escape, value)}"'
    return "null" if value is None else str(value)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in _SHORT:
        return _SHORT[match[0]]
    return f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"
