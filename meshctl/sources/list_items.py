"""Tells what a List holds that is no object: kubectl refuses the whole List for it."""

from collections.abc import Iterator
from typing import Any

from meshctl.sources.documents import Document, Problem
from meshctl.words import with_article

LOST = "item-not-an-object"
_MOST = 20
"""Items of one document that are told one by one."""
_NAMES = {
    dict: "mapping",
    list: "list",
    str: "text",
    bool: "boolean",
    int: "number",
    float: "number",
}

Path = tuple[str | int, ...]


def is_list(data: Any) -> bool:
    """Is it a List of objects, of any kinds or of one?"""
    if not isinstance(data, dict):
        return False
    kind, items = data.get("kind"), data.get("items")
    return isinstance(kind, str) and kind.endswith("List") and isinstance(items, list)


def lost_items(document: Document) -> Iterator[Problem]:
    """Walk the items that no rule can look at, each with its place."""
    if not isinstance(document.data, dict) or "items" not in document.data:
        return
    for number, (path, reason) in enumerate(_lost(document.data, ())):
        if number == _MOST:
            break
        span = document.span(path)
        lines = document.source_lines(document.file, span.line, span.line)
        yield Problem(LOST, reason, document.file, span, lines)


def _lost(data: dict[str, Any], prefix: Path) -> Iterator[tuple[Path, str]]:
    items = data.get("items")
    if data.get("kind") == "List" and items is not None and not isinstance(items, list):
        said = f"the items of this List are {_named(items)}, so that it holds no object"
        yield (*prefix, "items"), f"{said}; write a list"
    if not is_list(data):
        return
    is_of_one_kind = data["kind"] != "List"
    for index, item in enumerate(data["items"]):
        path = (*prefix, "items", index)
        if not isinstance(item, dict):
            yield path, f"item {index} of this {data['kind']} is {_named(item)}, and no object"
        elif not is_of_one_kind and "kind" not in item and "apiVersion" not in item:
            yield path, f"item {index} of this List has neither a kind nor an apiVersion"
        else:
            yield from _lost(item, path)


def _named(value: Any) -> str:
    return "nothing" if value is None else with_article(_NAMES.get(type(value), "value"))
