"""Reads texts of old objects, in lists whose entries may be numbers, or anywhere."""

from collections.abc import Iterator
from typing import Any

from meshctl.resources import View
from meshctl.resources.view import Path


def values_of(view: View, key: str) -> list[str]:
    """Read a list; what is no text stands for itself as one, so that no condition gets lost."""
    written = view.data.get(key)
    if written is None:
        return []
    entries = written if isinstance(written, list) else [written]
    return [str(entry) for entry in entries if entry not in ("", None)]


def texts_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Walk the texts in an object, each with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from texts_in(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from texts_in(child, (*path, index))
