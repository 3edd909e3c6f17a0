"""Edits single values of a YAML text: what is around them stays byte for byte.

Where the lines can't be edited safely, as with aliases, tabs or merges, ``UnsafeEditError`` is
raised.
"""

import json
from bisect import bisect_left
from functools import cached_property
from typing import Any, NamedTuple

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from meshctl.yaml import emitter as go_yaml
from meshctl.yaml.positions import Path
from meshctl.yaml.reader import extent
from meshctl.yaml.scalars import plain
from meshctl.yaml.text_edits import NodeEditor, TextEdit, UnsafeEditError, name_of

WORDS_OF_FLAGS = frozenset({"on", "off", "yes", "no", "y", "n"})
"""Words that are flags without quotes: in quotes, whoever wrote them may mean themselves, or true."""


class _Place(NamedTuple):
    """A value with its key (none in a list), and the places it is in, the root first."""

    key: Node | None
    node: Node
    parents: tuple["_Place", ...]


class ValueEditor(NodeEditor):
    """Makes edits of one document for paths in it; JSON stays JSON."""

    def __init__(self, text: str, root: Node) -> None:
        super().__init__(text, root)
        self._names: dict[int, dict[str, list[tuple[Node, Node]]]] = {}
        self._parts: dict[int, list[int]] = {}
        self._plain: set[int] = set()
        """Nodes without aliases, which stay as long as the root does."""

    @cached_property
    def _is_json(self) -> bool:
        if self._text.lstrip()[:1] not in {"{", "["}:
            return False
        try:
            json.loads(self._text)
        except (ValueError, RecursionError):
            return False
        return True

    def _flow(self, value: Any) -> str:
        """Write a value on one line."""
        return json.dumps(value, ensure_ascii=False) if self._is_json else _flow(value)

    def _scalar(self, value: Any, style: str | None) -> str:
        """Write a scalar in the quotes that the one before had, where that says the same."""
        return self._flow(value) if self._is_json else _scalar(value, style)

    def make(self, action: str, path: Path, value: Any) -> TextEdit:
        """Make an edit by the name of its method."""
        match action:
            case "put":
                return self.put(path, value)
            case "append":
                return self.append(path, value)
            case "rename":
                return self.rename(path, value)
            case "quote":
                return self.quote(path)
        return self.delete(path)

    def put(self, path: Path, value: Any) -> TextEdit:
        """Set the value at a path, or add it with what is missing above it."""
        depth = len(path)
        while depth and self._find(path[:depth]) is None:
            depth -= 1
            if not isinstance(path[depth], str):
                raise UnsafeEditError
            value = {path[depth]: value}
        place = self._find(path[:depth])
        assert place is not None  # noqa: S101 - the root is always there
        if depth == len(path):
            return self._set(place, value)
        [(name, inner)] = value.items()
        return self._add_key(place, name, inner)

    def append(self, path: Path, value: Any) -> TextEdit:
        """Add an item to the end of a list, which is made where it is missing."""
        place = self._find(path)
        if place is None or not isinstance(place.node, SequenceNode):
            return self.put(path, [value])
        node = place.node
        if node.flow_style or not node.value:
            return self._add_in_flow(node, self._flow(value))
        column = self._dash(node.value[-1])
        lines = go_yaml.dumps([value])
        return self._after(node.value[-1], lines, column)

    def rename(self, path: Path, name: str) -> TextEdit:
        """Give a key another name."""
        place = self._found(path)
        if not isinstance(place.key, ScalarNode):
            raise UnsafeEditError
        return TextEdit(*extent(place.key), self._scalar(name, place.key.style))

    def quote(self, path: Path) -> TextEdit:
        """Put a number, or a flag that says true or false, in quotes as it is written."""
        node = self._found(path).node
        if not isinstance(node, ScalarNode) or node.style or node.tag is not None:
            raise UnsafeEditError
        start, end = extent(node)
        text = self._text[start:end]
        value = plain(text)
        if isinstance(value, bool):
            text = text.lower()
        if not isinstance(value, int | float):
            raise UnsafeEditError
        return TextEdit(start, end, json.dumps(text))

    def delete(self, path: Path) -> TextEdit:
        """Take out a key with its value, or an item of a list."""
        place = self._found(path)
        if not place.parents:
            raise UnsafeEditError
        parent = place.parents[-1]
        several: list[Any] = parent.node.value
        if len(several) == 1:
            empty = "{}" if isinstance(parent.node, MappingNode) else "[]"
            start, end, text = self._replace_block(parent, empty)
            # To the end of the line, where another edit would add what needs the block.
            line_end = self._line_end(end)
            return TextEdit(start, line_end, text + self._text[end:line_end])
        starts = self._starts(parent.node)
        number = bisect_left(starts, extent(place.key or place.node)[0])  # they are in order
        if getattr(parent.node, "flow_style", False):
            if number + 1 < len(several):
                return TextEdit(starts[number], starts[number + 1], "")
            return TextEdit(self._end(self._last(several[number - 1])), self._end(place.node), "")
        return self._delete_lines(place, starts, number)

    def _delete_lines(self, place: _Place, starts: list[int], number: int) -> TextEdit:
        start, end = starts[number], self._line_end(self._end(place.node))
        line = self._line_start(start)
        lead = self._text[line:start]
        if lead.strip(" ") == ("" if place.key is not None else "-"):
            return TextEdit(line, min(end + len(self._newline), len(self._text)), "")
        if (
            place.key is None
            or number + 1 >= len(starts)
            or "#" in self._text[end : starts[number + 1]]
        ):
            raise UnsafeEditError
        return TextEdit(start, starts[number + 1], "")  # the first key of a list item

    def _set(self, place: _Place, value: Any) -> TextEdit:
        node = place.node
        if not isinstance(node, ScalarNode) or isinstance(value, dict | list):
            return self._replace_block(place, self._flow(value))
        start, end = extent(node)
        if node.style in {"|", ">"}:
            raise UnsafeEditError
        text = self._scalar(value, node.style)
        if start == end and place.key is not None:  # nothing was written after the colon
            start = end = self._colon(place.key)
            text = f" {text}"
        return TextEdit(start, end, text)

    def _replace_block(self, place: _Place, text: str) -> TextEdit:
        """Write a value anew beside its key, or in its place in a list."""
        end = self._end(place.node)
        if place.key is None:
            start = extent(place.node)[0]
        else:
            start, text = self._colon(place.key), f" {text}"
        if "#" in self._text[start:end]:
            raise UnsafeEditError
        return TextEdit(start, end, text)

    def _add_key(self, place: _Place, name: str, value: Any) -> TextEdit:
        node = place.node
        if isinstance(node, MappingNode):
            if node.flow_style or not node.value:
                return self._add_in_flow(node, f"{self._scalar(name, None)}: {self._flow(value)}")
            column = self._column(node.value[0][0])
            return self._after(node.value[-1][1], go_yaml.dumps({name: value}), column)
        is_empty = isinstance(node, ScalarNode) and not node.value and place.key is not None
        if not is_empty or place.key is None:
            raise UnsafeEditError
        column = self._column(place.key) + 2
        start = self._colon(place.key)
        return self._added(start, go_yaml.dumps({name: value}), column)

    def _add_in_flow(self, node: Node, text: str) -> TextEdit:
        start, end = extent(node)
        if self._text[end - 1 : end] not in {"}", "]"} or "#" in self._text[start:end]:
            raise UnsafeEditError
        if not node.value:
            return TextEdit(start + 1, end - 1, text)
        last = self._end(self._last(node.value[-1]))
        line = self._line_start(self._start(node.value[-1]))
        lead = self._text[line : self._start(node.value[-1])]
        gap = f"{self._newline}{lead}" if line > start and not lead.strip(" ") else " "
        return TextEdit(last, last, f",{gap}{text}")

    def _after(self, node: Node, lines: str, column: int) -> TextEdit:
        return self._added(self._line_end(self._end(node)), lines, column)

    def _found(self, path: Path) -> _Place:
        place = self._find(path)
        if place is None:
            raise UnsafeEditError
        return place

    def _find(self, path: Path) -> _Place | None:
        place = _Place(None, self._root, ())
        self._refuse_aliases(self._root)
        for step in path:
            child = self._child(place, step)
            if child is None:
                return None
            place = child
            self._refuse_aliases(place.node)
        return place

    def _child(self, place: _Place, step: str | int) -> _Place | None:
        node, parents = place.node, (*place.parents, place)
        key: Node | None = None
        if isinstance(node, MappingNode) and isinstance(step, str):
            named = self._named(node)
            pairs = named.get(step, [])
            if len(pairs) != 1:
                if pairs or "<<" in named:
                    raise UnsafeEditError
                return None
            key, value = pairs[0]
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            value = node.value[step]
        else:
            return None
        (start, end), (first, last) = extent(node), extent(value)
        if not start <= first <= last <= max(end, start + 1):
            raise UnsafeEditError  # an alias: its text stands elsewhere
        if "&" in self._text[(extent(key)[1] if key else start) : first + 1]:
            raise UnsafeEditError  # what is changed here would change at its aliases too
        return _Place(key, value, parents)

    def _named(self, node: MappingNode) -> dict[str, list[tuple[Node, Node]]]:
        """File what is in a mapping by name, once for all edits."""
        known = self._names.get(id(node))
        if known is None:
            known = {}
            for pair in node.value:
                known.setdefault(name_of(pair[0]), []).append(pair)
            self._names[id(node)] = known
        return known

    def _starts(self, node: Node) -> list[int]:
        """List where the parts of a mapping or list start, once for all edits."""
        if id(node) not in self._parts:
            self._parts[id(node)] = [self._start(one) for one in node.value]
        return self._parts[id(node)]

    def _refuse_aliases(self, node: Node) -> None:
        """Refuse a node in which something stands for a text elsewhere: out of order, that is."""
        if id(node) in self._plain:
            return
        ends = extent(node)[0]
        for item in () if isinstance(node, ScalarNode) else node.value:
            for part in item if isinstance(item, tuple) else (item,):
                start, end = extent(part)
                if start < ends:
                    raise UnsafeEditError
                ends = max(end, start)
        self._plain.add(id(node))

    def _colon(self, key: Node) -> int:
        end = extent(key)[1]
        place = self._text.find(":", end)
        if self._text[end:place].strip():
            raise UnsafeEditError
        return place + 1

    def _start(self, item: Any) -> int:
        return extent(item[0] if isinstance(item, tuple) else item)[0]

    def _last(self, item: Any) -> Node:
        node: Node = item[1] if isinstance(item, tuple) else item
        return node

    def _dash(self, item: Node) -> int:
        """The column of the dash before an item of a block list."""
        start = extent(item)[0]
        line = self._line_start(start)
        lead = self._text[line:start]
        if lead.strip(" ") != "-":
            raise UnsafeEditError
        return lead.index("-")

    def _column(self, node: Node) -> int:
        start = extent(node)[0]
        line = self._line_start(start)
        if "\t" in self._text[line:start]:
            raise UnsafeEditError
        return start - line


def _scalar(value: Any, style: str | None) -> str:
    if isinstance(value, str) and "\n" not in value:
        if style == "'":
            return "'" + value.replace("'", "''") + "'"
        if style == '"':
            return json.dumps(value, ensure_ascii=False)
    text = go_yaml.dumps(value).rstrip("\n")
    if "\n" in text:
        raise UnsafeEditError
    return text


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(k, None)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    text = _scalar(value, None)
    return json.dumps(value) if isinstance(value, str) and set(text) & set(",[]{}") else text
