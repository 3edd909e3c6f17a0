"""Walks the values of objects that fit their schema, with the paths to them."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from meshctl.resources.view import Path

Mapping = dict[str, Any]


class Broken(NamedTuple):
    """Where a rule is broken, seen from ``spec``, and why."""

    path: Path
    message: str
    key: bool = False


def items(value: Mapping, key: str, path: Path = ()) -> Iterator[tuple[Path, Mapping]]:
    """Walk the items of a list field with their paths; nothing where there is none."""
    for index, item in enumerate(value.get(key) or ()):
        yield (*path, key, index), item


def repeated(found: Iterable[tuple[Path, object]]) -> Iterator[Path]:
    """Walk the places whose value an earlier one has."""
    seen = set()
    for path, value in found:
        if value in seen:
            yield path
        seen.add(value)
