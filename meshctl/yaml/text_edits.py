"""Edits a YAML text: comments, order, quotes and everything that stays are kept.

``Editor`` makes a text hold other data as a whole; ``value_edits`` changes single values. Whatever
can't be edited safely raises ``UnsafeEditError``: anchors, tabs and the like are left to whoever
writes the document anew.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from yaml import MappingNode, Node, SequenceNode

from meshctl.lazy_pattern import lazy_pattern
from meshctl.yaml import emitter as go_yaml
from meshctl.yaml.reader import extent, key_name

Pair = tuple[Node, Node]
_ALIAS = lazy_pattern(r"\s*:\s+\*[^\s,\[\]{}]+")


class UnsafeEditError(Exception):
    """A text has to be written anew."""


class TextEdit(NamedTuple):
    """The characters between two offsets, and what stands there afterwards."""

    start: int
    end: int
    text: str


def applied(text: str, edits: Iterable[TextEdit]) -> str:
    """Apply edits; what is added at one place keeps its order, and stands before what is taken away.

    Raises UnsafeEditError where they overlap, or one ends before it starts.
    """
    pieces = []
    last = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if not last <= edit.start <= edit.end:
            raise UnsafeEditError
        pieces += [text[last : edit.start], edit.text]
        last = edit.end
    return "".join((*pieces, text[last:]))


def name_of(key: Node) -> str:
    """Read a key of a text that is edited."""
    try:
        return key_name(key)
    except ValueError:
        raise UnsafeEditError from None


class NodeEditor:
    """Knows the lines of one document; ``root`` are its nodes."""

    def __init__(self, text: str, root: Node) -> None:
        self._text = text
        self._root = root
        self._newline = "\r\n" if "\r\n" in text else "\n"

    def _indented(self, text: str, column: int) -> list[str]:
        pad = " " * column
        return [f"{pad}{line}" if line else "" for line in text.removesuffix("\n").split("\n")]

    def _added(self, offset: int, text: str, column: int) -> TextEdit:
        """Add lines behind the one that ends at an offset."""
        lines = self._indented(text, column)
        return TextEdit(offset, offset, "".join(f"{self._newline}{line}" for line in lines))

    def _end(self, node: Node) -> int:
        """Where the last value in a node ends, before comments and blank lines."""
        while getattr(node, "flow_style", True) is False and node.value:
            self._refuse_aliases(node)
            last = node.value[-1]
            node = last[1] if isinstance(node, MappingNode) else last
        start, end = extent(node)
        return start + len(self._text[start:end].rstrip()) if end > start else start

    def _refuse_aliases(self, node: Node) -> None:
        """Raise UnsafeEditError for a block with aliases, where an editor can't tell them."""

    def _line_start(self, offset: int) -> int:
        return self._text.rfind("\n", 0, offset) + 1

    def _line_end(self, offset: int) -> int:
        end = self._text.find("\n", offset)
        if end < 0:
            return len(self._text)
        return end - 1 if self._text[end - 1 : end] == "\r" else end


class Editor(NodeEditor):
    """Collects the edits that make one document hold other data."""

    def __init__(self, text: str, root: Node) -> None:
        super().__init__(text, root)
        self._edits: list[TextEdit] = []

    def change(self, before: Any, after: Any) -> str:
        """Give the text that says ``after`` where it says ``before`` now."""
        if not self._change(self._root, before, after):
            raise UnsafeEditError
        return applied(self._text, self._edits)

    def _change(self, node: Node, before: Any, after: Any) -> bool:
        """Edit a value in place; false when it must be replaced as a whole."""
        if before == after:
            return True
        if getattr(node, "flow_style", True) or not before or not after:
            return False
        if isinstance(node, MappingNode) and isinstance(before, dict) and isinstance(after, dict):
            return self._change_mapping(node, before, after)
        if isinstance(node, SequenceNode) and isinstance(before, list) and isinstance(after, list):
            return self._change_list(node, before, after)
        return False

    def _change_mapping(
        self, node: MappingNode, before: dict[str, Any], after: dict[str, Any]
    ) -> bool:
        pairs = {name_of(pair[0]): pair for pair in node.value}
        kept = [pair for name, pair in pairs.items() if name in after or name not in before]
        if not kept or len(pairs) != len(node.value):
            return False
        column = node.value[0][0].start_mark.column
        added: dict[str, Any] = {}
        for name in go_yaml.sorted_keys(tuple(after)):
            value = after[name]
            if name not in pairs:
                if name not in before or before[name] != value:
                    added[name] = value
                continue
            known = len(self._edits)
            alias = self._alias(pairs[name][0])
            if alias and before.get(name) == value:
                continue
            if alias or not self._change(pairs[name][1], before.get(name), value):
                del self._edits[known:]
                self._replace(pairs[name], {name: value}, column, alias)
        for name in before.keys() - after.keys() & pairs.keys():
            if self._alias(pairs[name][0]):
                raise UnsafeEditError
            self._delete(pairs[name][0], pairs[name][1], column)
        if added:
            last = self._alias(kept[-1][0]) or self._end(kept[-1][1])
            self._edits.append(self._added(self._line_end(last), go_yaml.dumps(added), column))
        return True

    def _change_list(self, node: SequenceNode, before: list[Any], after: list[Any]) -> bool:
        if len(node.value) != len(before):
            return False
        column = node.start_mark.column
        if len(before) == len(after) and _names(before) == _names(after):
            changes = zip(node.value, before, after, strict=True)
            return all(self._change(*change) for change in changes)
        old, new = _names(before), _names(after)
        staying = [name for name in new if name in old]
        if not staying or len({*old}) != len(old) or None in (*old, *new):
            return False
        if staying != [name for name in old if name in new]:
            return False
        changed = all(
            self._change(node.value[place], item, after[new.index(old[place])])
            for place, item in enumerate(before)
            if old[place] in new
        )
        self._place_items(node, before, after, column)
        return changed

    def _place_items(
        self, node: SequenceNode, before: list[Any], after: list[Any], column: int
    ) -> None:
        """Insert the new items after those that they follow, and delete the others."""
        nodes = dict(zip(_names(before), node.value, strict=True))
        fresh: list[Any] = []
        last: Node | None = None
        for item in after:
            if item["name"] not in nodes:
                fresh.append(item)
                continue
            self._insert_items(node, last, fresh, column)
            last, fresh = nodes[item["name"]], []
        self._insert_items(node, last, fresh, column)
        for name in nodes.keys() - {*_names(after)}:
            self._delete(nodes[name], nodes[name], column, dash=True)

    def _insert_items(
        self, node: SequenceNode, after: Node | None, items: Sequence[Any], column: int
    ) -> None:
        if not items:
            return
        text = go_yaml.dumps(list(items))
        if after is not None:
            self._edits.append(self._added(self._line_end(self._end(after)), text, column))
            return
        start = node.start_mark.index - column
        lines = self._indented(text, column)
        self._edits.append(TextEdit(start, start, "".join(f"{x}{self._newline}" for x in lines)))

    def _replace(self, pair: Pair, value: dict[str, Any], column: int, end: int = 0) -> None:
        """Write a pair anew up to an offset, or else up to its end."""
        lines = self._indented(go_yaml.dumps(value), column)
        text = self._newline.join(lines).lstrip(" ")
        self._edits.append(TextEdit(extent(pair[0])[0], end or self._end(pair[1]), text))

    def _alias(self, key: Node) -> int:
        """Where the alias ends that stands for the value of a key; 0 when there is none."""
        match = _ALIAS.match(self._text, extent(key)[1])
        return match.end() if match else 0

    def _delete(self, first: Node, last: Node, column: int, *, dash: bool = False) -> None:
        start = extent(first)[0]
        line_start = self._line_start(start)
        lead = self._text[line_start:start]
        if lead.strip() not in ({"-"} if dash else {""}) or (not dash and len(lead) != column):
            raise UnsafeEditError
        if line_start == 0:
            raise UnsafeEditError
        # The line break before goes, so that what follows the last line may still be inserted.
        end = self._line_end(self._end(last))
        self._edits.append(TextEdit(line_start - len(self._newline), end, ""))


def _names(items: Iterable[Any]) -> list[Any]:
    return [item.get("name") if isinstance(item, dict) else None for item in items]
