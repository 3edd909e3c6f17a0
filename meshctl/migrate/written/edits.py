"""Edits a document in place, so that all but what changes stays as it was written."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from yaml import MappingNode, Node, SequenceNode

from meshctl.lazy_pattern import lazy_pattern
from meshctl.migrate.results import Row
from meshctl.resources.view import Path
from meshctl.sources.documents import Document
from meshctl.yaml import emitter as go_yaml
from meshctl.yaml.notes import UnreadableError
from meshctl.yaml.parser import Parser
from meshctl.yaml.positions import Positions
from meshctl.yaml.reader import compose, extent
from meshctl.yaml.text_edits import Editor, NodeEditor, TextEdit, UnsafeEditError, applied

_BLANK_LINES = lazy_pattern(r"(?:[ \t]*\r?\n)+")


def edited(document: Document, rows: Sequence[Row]) -> str:
    """Give the text of a document with the objects that stay, as they are to be, and no others."""
    staying = {row.resource.prefix: row.after for row in rows if row.after is not None}
    gone = {row.resource.prefix: None for row in rows if row.after is None}
    after = _rewritten(document.data, staying)
    rest = _rewritten(after, gone)
    try:
        text = _in_place(document, rows, after, gone)
        if _read(text) == rest:
            return text
    except (UnsafeEditError, UnreadableError, ValueError):
        pass
    return _anew(document.text, rest)


def _in_place(document: Document, rows: Sequence[Row], after: Any, gone: Iterable[Path]) -> str:
    """Edit the text as carefully as can be; what comes out is still to be read again."""
    text = document.text
    root = _root(text)
    if _only_versions(rows):
        text = _with_versions(text, root, rows)
    elif any(row.after is not None for row in rows):
        text = Editor(text, root).change(document.data, after)
    return _Items(text, _root(text)).without(gone) if gone else text


def _root(text: str) -> Node:
    root = compose(text)
    if root is None:
        raise UnsafeEditError
    return root


def _only_versions(rows: Sequence[Row]) -> bool:
    return all(
        row.after is None
        or {**row.after, "apiVersion": ""} == {**row.resource.data, "apiVersion": ""}
        for row in rows
    )


def _with_versions(text: str, root: Node, rows: Sequence[Row]) -> str:
    """Replace the versions alone, each in its quotes."""
    edits: dict[tuple[int, int], TextEdit] = {}
    positions = Positions(root, text)
    for row in rows:
        if row.after is not None:
            path = (*row.resource.prefix, "apiVersion")
            start, end = positions.locate(path, key=False)
            mark = text[start] if text[start] in "\"'" else ""
            edits[start, end] = TextEdit(start, end, f"{mark}{row.after['apiVersion']}{mark}")
    return applied(text, edits.values())


class _Items(NodeEditor):
    """Cuts items out of block lists."""

    def without(self, gone: Iterable[Path]) -> str:
        """Give the text without items, and without the comments right above them."""
        return applied(self._text, [self._cut(path) for path in gone])

    def _cut(self, path: Path) -> TextEdit:
        items = _node(self._root, path[:-1])
        if not isinstance(items, SequenceNode) or items.flow_style:
            raise UnsafeEditError
        item = items.value[int(path[-1])]
        start = self._line_start(extent(item)[0])
        while start and self._text[self._line_start(start - 1) : start].lstrip().startswith("#"):
            start = self._line_start(start - 1)
        end = self._line_end(self._end(item))
        blank = _BLANK_LINES.match(self._text, end)
        return TextEdit(start, blank.end() if blank else end, "")


def _node(node: Node, path: Path) -> Node | None:
    for step in path:
        if isinstance(node, MappingNode):
            found = [value for key, value in node.value if key.value == step]
            if not found:
                return None
            node = found[-1]
        elif isinstance(node, SequenceNode) and isinstance(step, int):
            node = node.value[step]
        else:
            return None
    return node


def _rewritten(data: Any, changes: Mapping[Path, Mapping[str, Any] | None]) -> Any:
    """Put objects in their places in a document, and take out the items that become nothing."""
    if not changes:
        return data
    if () in changes:
        return changes[()]
    below: dict[str | int, dict[Path, Mapping[str, Any] | None]] = {}
    for path, value in changes.items():
        below.setdefault(path[0], {})[path[1:]] = value
    if isinstance(data, dict):
        return {key: _rewritten(value, below.get(key, {})) for key, value in data.items()}
    rewritten = ((item, below.get(index, {})) for index, item in enumerate(data))
    return [_rewritten(item, own) for item, own in rewritten if own.get((), item) is not None]


def _read(text: str) -> Any:
    return Parser().parse(text, 1)[0]


def _anew(text: str, data: Any) -> str:
    if text.lstrip().startswith("{"):
        return f"{json.dumps(data, indent=2, ensure_ascii=False)}\n"
    start = "---\n" if text.startswith("---") else ""
    return f"{start}{go_yaml.dumps(data)}"
