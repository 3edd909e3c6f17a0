"""Finds where else in a schema a field belongs: wrong indentation is the usual mistake."""

from collections import deque
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def home_of(name: str, beside: Schema, schema: Schema) -> str:
    """Name the nearest place that has such a field: ``spec.http[]``; empty when there is none.

    ``beside`` are the fields that may stand where the name was written: a key that is indented too
    little belongs below one of them (``destination``), whatever other branches have.
    """
    definitions = schema.get("$defs", {})
    return _nearest(name, {"properties": beside}, definitions) or _nearest(
        name, schema, definitions
    )


def _nearest(name: str, schema: Schema, definitions: Schema) -> str:
    waiting = deque([("", schema)])
    seen: set[str] = set()
    while waiting:
        path, part = waiting.popleft()
        if "$ref" in part:
            referred = str(part["$ref"]).rpartition("/")[2]
            if referred in seen:  # what it has was nearer, and it may hold itself
                continue
            seen.add(referred)
            part = definitions[referred]
        if path and name in part.get("properties", {}):
            return path
        waiting.extend(_below(path, part))
    return ""


def _below(path: str, part: Schema) -> Iterator[tuple[str, Schema]]:
    for name, field in part.get("properties", {}).items():
        if name not in {"metadata", "status"}:
            yield (f"{path}.{name}" if path else name), field
    for keyword, sign in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(part.get(keyword), dict):
            yield f"{path}{sign}", part[keyword]
