"""Finds the characters of a text that a path names."""

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from meshctl.lazy_pattern import lazy_pattern
from meshctl.yaml.notes import UnreadableError
from meshctl.yaml.reader import compose, entries, extent, key_name

Path = tuple[str | int, ...]

_ANCHOR = lazy_pattern(r"&\S+\s+")
_BLOCK = lazy_pattern(r"(?:[&!]\S*[ \t]+)*[|>][-+0-9]*[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*\r?\n)*")


class Positions:
    """The places in one text: what was looked up once is known for all further paths."""

    def __init__(self, root: Node, text: str) -> None:
        self.root = root
        self._text = text
        self._by_key: dict[MappingNode, dict[str, tuple[Node, Node]]] = {}
        self._texts: dict[ScalarNode, Positions | None] = {}

    def locate(self, path: Path, *, key: bool) -> tuple[int, int]:
        """Find the scalar at a path, or the key when asked for it or when the value is a block.

        A path that leaves what exists stands for its nearest ancestor; one that goes on below a
        text leads into the YAML that the text is. A list item has no key: its first key takes that
        part. Behind an alias or ``<<`` lies the text of the anchor.
        """
        name: Node | None = None
        node, text = self.root, self._text
        for depth, step in enumerate(path):
            if isinstance(node, ScalarNode) and (
                inner := self._inside(node, path[depth:], key=key)
            ):
                return inner
            child = self._child(node, step)
            if child is None:
                key = True
                break
            name, node = child
        start, end = extent(node)
        if key or not isinstance(node, ScalarNode) or start == end:
            start, end = extent(name or _first_scalar(node))
        elif anchor := _ANCHOR.match(text, start, end):
            start = anchor.end()
        return start, start + len(text[start:end].rstrip(" \t\r\n"))

    def _inside(self, node: ScalarNode, path: Path, *, key: bool) -> tuple[int, int] | None:
        """Find a path in the YAML that a scalar has as its text."""
        if node not in self._texts:
            self._texts[node] = _read(node)
        inside = self._texts[node]
        if inside is None:
            return None
        start, end = inside.locate(path, key=key)
        first = _outer(node, start, self._text)
        return None if first is None else (first, first + end - start)

    def _child(self, node: Node, step: str | int) -> tuple[Node | None, Node] | None:
        if isinstance(node, MappingNode):
            known = self._by_key.get(node)
            if known is None:
                known = self._by_key[node] = {key_name(pair[0]): pair for pair in entries(node)}
            return known.get(step) if isinstance(step, str) else None
        if isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
            return None, node.value[step]
        return None


def _read(node: ScalarNode) -> Positions | None:
    try:
        inner = compose(node.value)
    except UnreadableError:
        return None
    is_block = isinstance(inner, MappingNode | SequenceNode)
    return Positions(inner, node.value) if is_block and inner is not None else None


def _outer(node: ScalarNode, place: int, text: str) -> int | None:
    """Turn a place in a scalar's value into one of the text; folded and escaped ones have none."""
    start, end = extent(node)
    value: str = node.value
    if node.style == "|" and (head := _BLOCK.match(text, start, end)):
        line = value.count("\n", 0, place) - value[: len(value) - len(value.lstrip("\n"))].count(
            "\n"
        )
        column = place - (value.rfind("\n", 0, place) + 1)
        lines = text[head.end() : end].split("\n")
        indent = len(lines[0]) - len(lines[0].lstrip(" "))
        return head.end() + sum(len(line_text) + 1 for line_text in lines[:line]) + indent + column
    quotes = 1 if node.style in {"'", '"'} else 0
    raw = text[start + quotes : end - quotes]
    return start + quotes + place if raw == value else None


def _first_scalar(node: Node) -> Node:
    """Find what a block starts with: the first key of a mapping, the first item of a list."""
    while not isinstance(node, ScalarNode) and node.value:
        node = node.value[0][0] if isinstance(node, MappingNode) else node.value[0]
    return node
