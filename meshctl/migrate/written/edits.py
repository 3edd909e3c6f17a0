"""Edits a document in place, so that all but what changes stays as it was written."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from yaml import MappingNode, Node, SequenceNode

from meshctl.migrate.results import Row
from meshctl.resources.view import Path
from meshctl.sources.documents import Document
from meshctl.yaml import emitter as go_yaml
from meshctl.yaml.notes import UnreadableError
from meshctl.yaml.parser import Parser
from meshctl.yaml.positions import Positions
from meshctl.yaml.reader import compose
from meshctl.yaml.text_edits import Editor, UnsafeEditError


def edited(document: Document, rows: Sequence[Row]) -> str:
    """Give the text of a document with the objects that stay, as they are to be, and no others."""
    data = document.data
    gone = {row.resource.prefix for row in rows if row.after is None}
    after = data
    for row in rows:
        if row.after is not None:
            after = _with(after, row.resource.prefix, row.after)
    for text in _tries(document, rows, after, gone):
        if _read(text) == _without(after, gone):
            return text
    return _anew(document.text, _without(after, gone))


def _tries(document: Document, rows: Sequence[Row], after: Any, gone: set[Path]) -> Iterator[str]:
    """Walk texts that may be what is wanted, the most careful first."""
    text = document.text
    try:
        root = compose(text)
    except UnreadableError:
        return
    if root is None:
        return
    if _only_versions(rows):
        text = _with_versions(text, root, rows)
    elif any(row.after is not None for row in rows):
        try:
            text = Editor(text, root).change(document.data, after)
        except (UnsafeEditError, ValueError):
            return
    if gone:
        try:
            text = _without_items(text, gone)
        except UnreadableError:
            return
    yield text


def _only_versions(rows: Sequence[Row]) -> bool:
    return all(
        row.after is None
        or {**row.after, "apiVersion": ""} == {**row.resource.data, "apiVersion": ""}
        for row in rows
    )


def _with_versions(text: str, root: Node, rows: Sequence[Row]) -> str:
    """Replace the versions alone, each in its quotes."""
    places: dict[tuple[int, int], str] = {}
    positions = Positions(root, text)
    for row in rows:
        if row.after is not None:
            path = (*row.resource.prefix, "apiVersion")
            places[positions.locate(path, key=False)] = row.after["apiVersion"]
    for (start, end), version in sorted(places.items(), reverse=True):
        mark = text[start] if text[start] in "\"'" else ""
        text = f"{text[:start]}{mark}{version}{mark}{text[end:]}"
    return text


def _without_items(text: str, gone: set[Path]) -> str:
    """Cut items out of a block list, each from its dash up to the next item."""
    root = compose(text)
    for path in sorted(gone, key=str, reverse=True):
        root = compose(text)
        items = _node(root, path[:-1]) if root is not None else None
        if not isinstance(items, SequenceNode) or items.flow_style:
            return text
        index = int(path[-1])
        start = _line_start(text, items.value[index].start_mark.index)
        if index + 1 < len(items.value):
            end = _line_start(text, items.value[index + 1].start_mark.index)
        else:
            end = items.end_mark.index
            end = _line_start(text, end) if end < len(text) else end
        text = text[:start] + text[end:]
    return text


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


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


def _with(data: Any, path: Path, value: Mapping[str, Any]) -> Any:
    if not path:
        return dict(value)
    if isinstance(data, dict):
        return {**data, path[0]: _with(data[str(path[0])], path[1:], value)}
    index = int(path[0])
    return [*data[:index], _with(data[index], path[1:], value), *data[index + 1 :]]


def _without(data: Any, gone: set[Path]) -> Any:
    """Take items out of the lists of a document."""
    if not gone:
        return data
    if isinstance(data, dict):
        found = {}
        for key, value in data.items():
            below = {path[1:] for path in gone if path and path[0] == key}
            found[key] = _without(value, below) if below else value
        return found
    kept = []
    for index, item in enumerate(data):
        below = {path[1:] for path in gone if path and path[0] == index}
        if () not in below:
            kept.append(_without(item, below))
    return kept


def _read(text: str) -> Any:
    return Parser().parse(text, 1)[0]


def _anew(text: str, data: Any) -> str:
    if text.lstrip().startswith("{"):
        return f"{json.dumps(data, indent=2, ensure_ascii=False)}\n"
    start = "---\n" if text.startswith("---") else ""
    return f"{start}{go_yaml.dumps(data)}"
