"""Finds the characters of a text that a path names."""

import re

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from meshctl.yaml.reader import entries, extent, key_name

Path = tuple[str | int, ...]

_ANCHOR = re.compile(r"&\S+\s+")


def locate(root: Node, path: Path, text: str, *, key: bool) -> tuple[int, int]:
    """Find the scalar at a path, or the key when asked for it or when the value is a block.

    A path that leaves what exists stands for its nearest ancestor. A list item has no key: its
    first key takes that part. Behind an alias or ``<<`` lies the text of the anchor.
    """
    name: Node | None = None
    node = root
    for step in path:
        child = _child(node, step)
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


def _child(node: Node, step: str | int) -> tuple[Node | None, Node] | None:
    if isinstance(node, MappingNode):
        pairs = [pair for pair in entries(node) if key_name(pair[0]) == step]
        return pairs[-1] if pairs else None
    if isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        return None, node.value[step]
    return None


def _first_scalar(node: Node) -> Node:
    """Find what a block starts with: the first key of a mapping, the first item of a list."""
    while not isinstance(node, ScalarNode) and node.value:
        node = node.value[0][0] if isinstance(node, MappingNode) else node.value[0]
    return node
