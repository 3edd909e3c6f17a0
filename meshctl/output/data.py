"""Turns typed answers into plain data for JSON and YAML.

A field is the key of the same name: ``api_version`` is ``apiVersion``, and an underscore at the end
(``from_``) is none of the key.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

_KEYS = {"api_version": "apiVersion"}


def data_of(value: Any) -> Any:
    """Write an answer as dicts, lists and plain values; what has a ``form`` writes itself."""
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "form"):
        return value.form()
    if is_dataclass(value) or hasattr(value, "_fields"):
        kind: Any = type(value)
        return {key: data_of(getattr(value, name)) for name, key in keys(kind)}
    if isinstance(value, Mapping):
        return {key: data_of(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [data_of(item) for item in value]
    return value


@cache
def keys(kind: Any) -> tuple[tuple[str, str], ...]:
    """Name the fields of a class, each with its key."""
    names = [field.name for field in fields(kind)] if is_dataclass(kind) else kind._fields
    return tuple((name, _KEYS.get(name, name.rstrip("_"))) for name in names)
