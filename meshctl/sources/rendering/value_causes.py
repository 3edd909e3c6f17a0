"""Finds the values that a rendered line depends on, by rendering with one of them changed.

Only values whose text stands in the line are tried, and no more than a few for a whole chart, since
each costs a render. A value that changes nothing in the line is not its cause.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from copy import deepcopy
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.sources.documents import Document
from meshctl.sources.file_documents import documents_in, mapping_in
from meshctl.sources.rendering.empty_values import STAND_IN
from meshctl.sources.rendering.release import Release
from meshctl.sources.rendering.source_map import Origin, RenderedDocument
from meshctl.yaml.emitter import dumps

MOST_RENDERS = 20
_DEEPEST = 8
_Render = Callable[[str], dict[tuple[str, int], str] | None]


class _Leaf(NamedTuple):
    document: Document
    place: tuple[str | int, ...]
    """Where it stands in its document."""
    path: tuple[str | int, ...]
    """Its name in the values of the chart; numbers are places in lists."""
    value: Any
    whole: Any = None
    """The list that it stands in: values replace lists as a whole."""


class ValueCauses:
    """The values behind the lines of one release."""

    def __init__(self, release: Release, render: _Render) -> None:
        """Ask ``render`` for the documents with one more file of values."""
        self._release = release
        self._render = render
        self._left = MOST_RENDERS
        self._leaves: list[_Leaf] | None = None
        self._known: dict[tuple[tuple[str, int], int], tuple[Origin, ...]] = {}
        self._changed: dict[tuple[str | int, ...], dict[tuple[str, int], str] | None] = {}

    def of(self, document: RenderedDocument, line: int) -> tuple[Origin, ...]:
        """The values, nearest file first, that change a line (from 1) of a document."""
        key = document.piece, line
        if key not in self._known:
            self._known[key] = tuple(self._find(document, line))
        return self._known[key]

    def _find(self, document: RenderedDocument, line: int) -> Iterator[Origin]:
        text = "".join(document.lines(line, line)).lower()
        if f"${{{STAND_IN.lower()}." in text:
            return
        if self._leaves is None:
            self._leaves = _effective(self._layers())
        written = [leaf for leaf in self._leaves if _written(leaf.value) in text]
        for leaf in sorted(written, key=lambda leaf: -len(_written(leaf.value))):
            if self._changes(leaf, document, line):
                span = leaf.document.span(leaf.place)
                yield Origin(leaf.document.file, span.line, "values")
                return

    def _changes(self, leaf: _Leaf, document: RenderedDocument, line: int) -> bool:
        """Is the line another one with another value, at the same place of its document?"""
        if leaf.path not in self._changed:
            if self._left <= 0:
                return False
            self._left -= 1
            self._changed[leaf.path] = self._rendered_with(leaf)
        rendered = self._changed[leaf.path]
        if rendered is None or document.piece not in rendered:
            return False
        return line - 1 in _replaced(document.text, rendered[document.piece])

    def _rendered_with(self, leaf: _Leaf) -> dict[tuple[str, int], str] | None:
        with tempfile.TemporaryDirectory(prefix="meshctl-values-") as scratch:
            file = Path(scratch, "values.yaml")
            file.write_text(dumps(_with_other(leaf)), encoding="utf-8")
            return self._render(str(file))

    def _layers(self) -> Iterator[list[_Leaf]]:
        """Walk the files of values with their leaves, those that the next ones override first."""
        chart = Path(self._release.shown)
        for path, file in (*_sub_charts(chart, ()), ((), chart / "values.yaml")):
            yield list(_leaves_in(str(file), path))
        for name in self._release.values:
            yield list(_leaves_in(name, ()))
        for inline in self._release.inline:
            yield [
                leaf._replace(place=(*inline.path, *leaf.place))
                for leaf in _leaves(inline.data, (), inline.document)
            ]


def _effective(layers: Iterable[list[_Leaf]]) -> list[_Leaf]:
    """Lay files of values over each other: of a value the last one counts, of a list as a whole."""
    found: dict[tuple[str | int, ...], _Leaf] = {}
    for leaves in layers:
        lists = {_root(leaf.path) for leaf in leaves if leaf.whole is not None}
        if lists:
            found = {path: leaf for path, leaf in found.items() if _root(path) not in lists}
        found |= {leaf.path: leaf for leaf in leaves}
    return list(found.values())


def _root(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The path of the list that a value stands in, else its own."""
    number = next((index for index, part in enumerate(path) if isinstance(part, int)), len(path))
    return path[:number]


def _with_other(leaf: _Leaf) -> Any:
    """Make values that hold another value for a leaf, and nothing else but the list it is in."""
    root = _root(leaf.path)
    changed: Any = _other(leaf.value)
    if leaf.whole is not None:
        inner = leaf.path[len(root) :]
        changed = here = deepcopy(leaf.whole)
        for part in inner[:-1]:
            here = here[part]
        here[inner[-1]] = _other(leaf.value)
    for name in reversed(root):
        changed = {name: changed}
    return changed


def _replaced(before: str, after: str) -> set[int]:
    """The lines, from 0, that another text has others for; those that are only gone are none."""
    old, new = before.split("\n"), after.split("\n")
    if len(old) == len(new):
        return {number for number, line in enumerate(old) if line != new[number]}
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return {
        number
        for tag, start, end, other_start, other_end in matcher.get_opcodes()
        if tag == "replace" and end - start == other_end - other_start
        for number in range(start, end)
    }


def _sub_charts(chart: Path, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Path]]:
    """Walk the values of the charts in a chart, each with the name that its parent has for it."""
    for directory in sorted(chart.glob("charts/*/")) if len(above) < _DEEPEST else ():
        own = mapping_in(directory / "Chart.yaml").get("name")
        if not isinstance(own, str):
            continue
        dependencies = mapping_in(chart / "Chart.yaml").get("dependencies")
        names = [
            dependency.get("alias") or own
            for dependency in (dependencies if isinstance(dependencies, list) else ())
            if isinstance(dependency, dict) and dependency.get("name") == own
        ]
        for name in names or [own]:
            path = (*above, str(name))
            yield from _sub_charts(directory, path)
            yield path, directory / "values.yaml"


def _leaves_in(file: str, above: tuple[str, ...]) -> Iterator[_Leaf]:
    with suppress(OSError):
        for document in documents_in(file):
            for leaf in _leaves(document.data, (), document):
                yield leaf._replace(path=(*above, *leaf.path))


def _leaves(
    data: Any, path: tuple[str | int, ...], document: Document, whole: Any = None
) -> Iterator[_Leaf]:
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _leaves(value, (*path, str(name)), document, whole)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _leaves(value, (*path, index), document, data if whole is None else whole)
    elif isinstance(data, str | int | float) and data != "":
        yield _Leaf(document, path, path, data, whole)


def _written(value: Any) -> str:
    return str(value).lower()


def _other(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"x-{value}"
