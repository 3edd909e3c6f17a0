"""Finds the values that a rendered line depends on, by rendering with one of them changed.

Only values whose text stands in the line are tried, and no more than a few for a whole chart, since
each costs a render. A value that changes nothing in the line is not its cause.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.sources.documents import Document
from meshctl.sources.rendering.release import Release
from meshctl.sources.rendering.source_map import Origin, RenderedDocument
from meshctl.yaml.emitter import dumps
from meshctl.yaml.parser import MAX_CHARACTERS, Parser
from meshctl.yaml.splitter import decode, split

MOST_RENDERS = 20
_Render = Callable[[str], dict[tuple[str, int], str] | None]


class _Leaf(NamedTuple):
    document: Document
    place: tuple[str | int, ...]
    """Where it stands in its document."""
    path: tuple[str, ...]
    """Its name in the values of the chart."""
    value: Any


class ValueCauses:
    """The values behind the lines of one release."""

    def __init__(self, release: Release, render: _Render) -> None:
        """Ask ``render`` for the documents with one more file of values."""
        self._release = release
        self._render = render
        self._left = MOST_RENDERS
        self._leaves: dict[tuple[str, ...], _Leaf] | None = None
        self._known: dict[tuple[tuple[str, int], int], tuple[Origin, ...]] = {}
        self._changed: dict[tuple[str, ...], dict[tuple[str, int], str] | None] = {}

    def of(self, document: RenderedDocument, line: int) -> tuple[Origin, ...]:
        """The values, nearest file first, that change a line (from 1) of a document."""
        key = document.piece, line
        if key not in self._known:
            self._known[key] = tuple(self._find(document, line))
        return self._known[key]

    def _find(self, document: RenderedDocument, line: int) -> Iterator[Origin]:
        text = "".join(document.lines(line, line))
        if self._leaves is None:
            self._leaves = dict(self._read())
        for leaf in self._leaves.values():
            if _written(leaf.value) in text and self._changes(leaf, document, line, text):
                span = leaf.document.span(leaf.place)
                yield Origin(leaf.document.file, span.line, "values")
                return

    def _changes(self, leaf: _Leaf, document: RenderedDocument, line: int, text: str) -> bool:
        if leaf.path not in self._changed:
            if self._left <= 0:
                return False
            self._left -= 1
            self._changed[leaf.path] = self._rendered_with(leaf)
        rendered = self._changed[leaf.path]
        if rendered is None or document.piece not in rendered:
            return False
        lines = rendered[document.piece].split("\n")
        return line > len(lines) or lines[line - 1] != text

    def _rendered_with(self, leaf: _Leaf) -> dict[tuple[str, int], str] | None:
        changed: Any = _other(leaf.value)
        for name in reversed(leaf.path):
            changed = {name: changed}
        with tempfile.TemporaryDirectory(prefix="meshctl-values-") as scratch:
            file = Path(scratch, "values.yaml")
            file.write_text(dumps(changed), encoding="utf-8")
            return self._render(str(file))

    def _read(self) -> Iterator[tuple[tuple[str, ...], _Leaf]]:
        """Walk the leaves of all files of values; of one that several set, the last counts."""
        own = os.path.join(self._release.shown, "values.yaml")  # noqa: PTH118
        for name in (own, *self._release.values):
            try:
                with open(name, "rb") as stream:  # noqa: PTH123
                    text = decode(stream.read(MAX_CHARACTERS))
            except OSError:
                continue
            for first_line, part in split(text):
                data, _ = Parser().parse(part, first_line)
                document = Document(name, first_line, part, data)
                for path, value in _leaves(data, ()):
                    yield path, _Leaf(document, path, path, value)
        inline = self._release.inline
        for path, value in _leaves(inline.data, ()) if inline is not None else ():
            assert inline is not None  # noqa: S101 - narrows the type
            yield path, _Leaf(inline.document, (*inline.path, *path), path, value)


def _leaves(data: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in data.items() if isinstance(data, dict) else ():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, str(name)))
        elif isinstance(value, str | int | float) and value != "":
            yield (*path, str(name)), value


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _other(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"x-{value}"
