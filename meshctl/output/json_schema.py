"""Describes as JSON Schema what ``data_of`` makes of types."""

import inspect
import types
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from meshctl.engine.report import Location, ResourceId
from meshctl.output.data import keys

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


def schema_of(kind: Any, title: str) -> Schema:
    """Describe what ``data_of`` makes of a type; classes are described by their docstrings."""
    known: dict[str, Schema] = {}
    root = described(kind, known)
    return {"$schema": DRAFT, "title": title, **root, "$defs": dict(sorted(known.items()))}


def described(kind: Any, known: dict[str, Schema]) -> Schema:
    """Describe a type, and its classes among the ``known`` ones, to which it refers."""
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in {Union, types.UnionType}:
        return _any_of(
            [argument for argument in arguments if argument is not type(None)], arguments, known
        )
    if origin in {list, tuple}:
        return {"type": "array", "items": described(arguments[0], known)}
    if origin in {dict, Mapping}:
        return {"type": "object", "additionalProperties": described(arguments[1], known)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    if kind is datetime:
        return {"type": "string", "format": "date-time"}
    if kind is Any:
        return {}
    return _reference(kind, known)


def closed(*, optional: Mapping[str, Schema] | None = None, **properties: Schema) -> Schema:
    """Describe an object with just these keys: all of them there, but for the optional ones."""
    return {
        "type": "object",
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
        "additionalProperties": False,
    }


def array(items: Schema) -> Schema:
    """Describe a list."""
    return {"type": "array", "items": items}


def by_name(values: Schema) -> Schema:
    """Describe an object with any keys."""
    return {"type": "object", "additionalProperties": values}


def _any_of(kinds: list[Any], arguments: tuple[Any, ...], known: dict[str, Schema]) -> Schema:
    found = [described(kind, known) for kind in kinds]
    if type(None) in arguments:
        found.append({"type": "null"})
    return found[0] if len(found) == 1 else {"anyOf": found}


def _reference(kind: Any, known: dict[str, Schema]) -> Schema:
    name = kind.__name__
    if name not in known:
        known[name] = {}  # a type may hold itself
        hints = get_type_hints(kind)
        named = _FORMS.get(kind) or {key: hints[field] for field, key in keys(kind)}
        known[name] = {
            "description": inspect.cleandoc(kind.__doc__ or "").partition("\n")[0],
            "type": "object",
            "properties": {key: described(one, known) for key, one in named.items()},
            "required": list(named),
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}


_FORMS: dict[Any, dict[str, Any]] = {
    Location: {"file": str, "line": int, "column": int, "end_line": int, "end_column": int,
               "path": str},
    ResourceId: {"apiVersion": str, "kind": str, "namespace": str, "name": str},
}  # fmt: skip
"""What writes itself."""
