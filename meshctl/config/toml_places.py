"""Finds where a setting stands in a file of TOML, whose parser tells no lines."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"\s*((?:\"[^\"]*\"|'[^']*'|[\w-]+|\s*\.\s*)+?)\s*=\s*")
_NAME = re.compile(r"(?<![\w-])(?:\"([^\"\n]*)\"|'([^'\n]*)'|([\w-]+))\s*=\s*")
_LONGEST = 500
"""Lines of one value."""


class _Statement(NamedTuple):
    line: int
    """From 1."""
    text: str
    path: Path
    """What it sets, or the table that it opens."""
    value_column: int


def line_and_column(text: str, path: Path, *, key: bool = False) -> tuple[int, int]:
    """Give the line and column of what comes nearest to a path, both from 1.

    ``key`` asks for the name and not for the value. Items of lists are counted from 0.
    """
    nearest = _Statement(1, "", (), 1)
    for statement in _statements(text):
        length = len(statement.path)
        if length > len(nearest.path) and path[:length] == statement.path:
            nearest = statement
    if nearest.path == path:
        first = len(nearest.text) - len(nearest.text.lstrip()) + 1
        return nearest.line, first if key else nearest.value_column
    return _inside(nearest, path[len(nearest.path) :], key=key)


def _inside(statement: _Statement, rest: Path, *, key: bool) -> tuple[int, int]:
    """Find the names of inline tables below what a statement sets, as far as they are there."""
    at = statement.value_column - 1
    for part in rest:
        names = _NAME.finditer(statement.text, at) if isinstance(part, str) else ()
        match = next((name for name in names if part in name.groups()), None)
        if match is not None:
            at = match.start() if key and part == rest[-1] else match.end()
    line = statement.text.count("\n", 0, at)
    return statement.line + line, at - statement.text.rfind("\n", 0, at)


def _statements(text: str) -> Iterator[_Statement]:
    """Walk the headers of tables and the settings, each with its path."""
    lines = text.splitlines()
    counts: dict[Path, int] = {}
    table: Path = ()
    number = 0
    while number < len(lines):
        line = lines[number]
        if header := _HEADER.fullmatch(line):
            names = _names(f"{header[2]} = 0")
            table = _numbered(names, counts, is_item=header[1] == "[[")
            yield _Statement(number + 1, line, table, header.start(1) + 1)
        elif match := _KEY.match(line):
            size = _length(lines, number)
            whole = "\n".join(lines[number : number + size])
            path = (*table, *_names(f"{match[1]} = 0"))
            yield _Statement(number + 1, whole, path, match.end() + 1)
            number += size - 1
        number += 1


def _numbered(names: Path, counts: dict[Path, int], *, is_item: bool) -> Path:
    """Put the numbers of items between the names of a header; one of an item begins the next."""
    path: Path = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if is_item and position == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _names(setting: str) -> Path:
    names: list[str] = []
    value: Any = _parsed(setting)
    while isinstance(value, dict) and value:
        name, value = next(iter(value.items()))
        names.append(name)
    return tuple(names)


def _length(lines: list[str], start: int) -> int:
    """Count the lines of a setting: as many as it takes to be TOML."""
    for size in range(1, min(len(lines) - start, _LONGEST) + 1):
        if _parsed("\n".join(lines[start : start + size])) is not None:
            return size
    return 1


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
