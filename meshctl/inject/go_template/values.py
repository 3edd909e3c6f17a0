"""Values as templates see them: fields, truth, order, printed form (exec.go, fmt).

Texts, numbers, truth values, lists and dicts are Python's; an integer is Go's int and a float Go's
float64. Any other object shows its fields by a method ``field(name)`` and its methods as callables
that this returns; what it prints is its ``str``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from meshctl.inject.go_template.errors import CallError
from meshctl.yaml.floats import show_float


class FieldError(Exception):
    """A value has no such field, or is nothing at all."""


class Missing:
    """No value: what a key that a map lacks gives, and every field of that."""

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return "<no value>"


MISSING = Missing()
_HIGHEST, _LOWEST = 2**63 - 1, -(2**63)


def fits(number: int) -> bool:
    """Is it one that Go's int holds?"""
    return _LOWEST <= number <= _HIGHEST


def wrapped(number: int) -> int:
    """Give what is left of a sum or product in Go's int, which has 64 bits."""
    return number if fits(number) else (number - _LOWEST) % 2**64 + _LOWEST


class Struct(Protocol):
    """A value with fields of its own."""

    def field(self, name: str) -> Any:
        """Give a field, or a method as a callable; raises ``FieldError`` for any other name."""


def field(value: Any, name: str) -> Any:
    """Give a field of a struct or the value of a key."""
    if value is MISSING:
        return MISSING
    if isinstance(value, Mapping):
        return value.get(name, MISSING)
    if (of := getattr(value, "field", None)) is not None:
        return of(name)
    if value is None:
        raise FieldError(f"nil pointer evaluating interface {{}}.{name}")
    raise FieldError(f"can't evaluate field {name} in type {type_name(value)}")


def type_name(value: Any) -> str:
    """Name the Go type of a value, as error messages do."""
    names = {str: "string", bool: "bool", int: "int", float: "float64"}
    if value is None or value is MISSING:
        return "nil"
    if isinstance(value, Mapping):
        return "map[string]interface {}"
    if isinstance(value, list | tuple):
        return "[]interface {}"
    return names.get(type(value), type(value).__name__)


def show(value: Any) -> str:
    """Print a value as ``{{.}}`` does."""
    if value is None or value is MISSING:
        return "<no value>"
    return _show(value)


def _show(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or value is MISSING:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return show_float(value)
    if isinstance(value, Mapping):
        pairs = (f"{_show(key)}:{_show(value[key])}" for key in sorted(value))
        return f"map[{' '.join(pairs)}]"
    if isinstance(value, list | tuple):
        return f"[{' '.join(map(_show, value))}]"
    return str(value)


def show_inside(value: Any) -> str:
    """Print a value as fmt.Sprint does: nothing is ``<nil>``."""
    return _show(value)


def kind(value: Any) -> str:
    """Name the kind by which values are compared; other kinds than these are not comparable."""
    if isinstance(value, bool):
        return "bool"
    for name, types in (("string", str), ("int", int), ("float", float)):
        if isinstance(value, types):
            return name
    return ""


def equal(this: Any, other: Any) -> bool:
    """Are two values the same? Different basic kinds raise ValueError, as they do in Go."""
    if this is None or other is None:
        return this is other
    kinds = kind(this), kind(other)
    if kinds[0] != kinds[1]:
        raise CallError("incompatible types for comparison")
    if not kinds[0]:
        raise CallError("non-comparable type in comparison")
    return bool(this == other)


def less(this: Any, other: Any) -> bool:
    """Is the first value below the second?"""
    kinds = kind(this), kind(other)
    if kinds[0] != kinds[1]:
        raise CallError("incompatible types for comparison")
    if kinds[0] in {"", "bool"}:
        raise CallError("invalid type for comparison")
    return bool(this < other)


def items(value: Any) -> Sequence[tuple[Any, Any]]:
    """List what ``range`` walks through: indexes or sorted keys, and values."""
    if isinstance(value, Mapping):
        return [(key, value[key]) for key in sorted(value)]
    if isinstance(value, list | tuple):
        return list(enumerate(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return _Numbers(value)
    if value is None or value is MISSING:
        return ()
    raise CallError(f"range can't iterate over {show_inside(value)}")


class _Numbers(Sequence[tuple[int, int]]):
    """The numbers below another, none of which is made before it is asked for."""

    def __init__(self, count: int) -> None:
        self._range = range(count)

    def __len__(self) -> int:
        return len(self._range)

    def __getitem__(self, index: Any) -> Any:
        return index, self._range[index]
