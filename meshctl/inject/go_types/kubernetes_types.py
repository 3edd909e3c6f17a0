"""Passes an object through Kubernetes' Go types, and gives what is left of it.

Unknown fields vanish, names match in any case, quantities get their canonical form and what is
empty is left out (encoding/json with the types of k8s.io/api 1.35).
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from meshctl.inject.errors import WrongTypeError
from meshctl.inject.go_types.kubernetes_fields import ALWAYS, DROPPED_AT_ZERO, ORDER, POINTERS
from meshctl.istio.quantities import canonical
from meshctl.words import quoted
from meshctl.yaml import scalars
from meshctl.yaml.floats import show_float

_EMPTY: tuple[Any, ...] = ("", [], {})
_NOTHING: Mapping[str, Any] = {}
_AT_NULL = {"text": "", "quantity": "0"}
Fields = dict[str, str]


@cache
def types() -> dict[str, Fields]:
    """The fields of each type: ``[X]`` is a list of X and ``{X}`` a map of text to X."""
    text = Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
    found: dict[str, Fields] = json.loads(text)
    for name, order in ORDER.items():
        fields = found[name]
        ordered = {field: fields[field] for field in order if field in fields}
        found[name] = ordered | fields
    return found


@cache
def field_names(kind: str) -> dict[str, str]:
    """The fields of a type by their name in lower case."""
    return {name.lower(): name for name in types()[kind]}


def read(kind: str, data: Any, *, coerce: bool = False) -> Any:
    """Pass a value through a type; ``coerce`` turns numbers and flags into text where it must.

    Kubernetes' YAML reader does that, its JSON reader complains. A value of another type than the
    field's raises ``WrongTypeError``.
    """
    if kind == "text" and data.__class__ is str:
        return data
    if kind[0] == "[":
        return _list(kind[1:-1], data, coerce=coerce)
    if kind[0] == "{":
        return _map(kind[1:-1], _expect(dict, data), coerce=coerce)
    if kind in types():
        return _struct(kind, _expect(dict, data), coerce=coerce)
    return _scalar(kind, data, coerce=coerce)


def _list(kind: str, data: Any, *, coerce: bool) -> list[Any] | None:
    if data is None:
        return None
    items = _expect(list, data)
    found: list[Any] = []
    try:
        found.extend(_read_item(kind, item, coerce=coerce) for item in items)
    except WrongTypeError as error:
        raise error.below(len(found)) from None
    return found


def _map(kind: str, data: dict[str, Any], *, coerce: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in data.items():
        try:
            found[key] = _read_item(kind, value, coerce=coerce)
        except WrongTypeError as error:
            raise error.below(key) from None
    return found


def _read_item(kind: str, item: Any, *, coerce: bool) -> Any:
    """Null in a list or map stands for the empty value of its type."""
    if item is None and kind[0] not in "[{" and kind not in types():
        return _AT_NULL.get(kind)
    return read(kind, item, coerce=coerce)


def _expect(wanted: type[Any], data: Any) -> Any:
    if data is None:
        return wanted()
    if not isinstance(data, wanted):
        raise WrongTypeError(f"should be {'a mapping' if wanted is dict else 'a list'}")
    return data


def _struct(kind: str, data: dict[str, Any], *, coerce: bool) -> dict[str, Any]:
    fields = types()[kind]
    given: dict[str, Any] = {}
    for key, value in data.items():
        name = key if key in fields else field_names(kind).get(key.lower(), "")
        if name and value is not None:
            try:
                given[name] = read(fields[name], value, coerce=coerce)
            except WrongTypeError as error:
                raise error.below(key) from None
    always = ALWAYS.get(kind, _NOTHING)
    result: dict[str, Any] = {}
    for name in sorted({*given, *always}, key=_places(kind).__getitem__):
        value = given.get(name)
        if name in always and (name not in given or (value == {} and always[name])):
            result[name] = _empty(fields[name], always[name])
        elif name in always or not _is_left_out(kind, name, value):
            result[name] = value
    return result


@cache
def _places(kind: str) -> dict[str, int]:
    """The fields of a type by their place."""
    return {name: place for place, name in enumerate(types()[kind])}


def _empty(kind: str, value: Any) -> Any:
    return read(kind, {}) if kind in types() and value == {} else value


def _is_left_out(kind: str, name: str, value: Any) -> bool:
    if isinstance(value, bool | int | float):
        return not value and name in DROPPED_AT_ZERO and (kind, name) not in POINTERS
    if value == {} and types()[kind][name] in types():
        return False  # a pointer to a struct, even one without anything in it
    return value in _EMPTY


def _scalar(kind: str, data: Any, *, coerce: bool) -> Any:
    match kind:
        case "any":
            return data
        case "quantity":
            return _quantity(data)
        case "text":
            if coerce and isinstance(data, bool | int | float):
                return text(data)
            accepted: tuple[type, ...] = (str,)
        case "flag":
            accepted = (bool,)
        case "port":
            accepted = (int, str)
        case _:
            accepted = (int,)
    if isinstance(data, float) and data.is_integer() and int in accepted:
        return int(data)
    if not isinstance(data, accepted) or (isinstance(data, bool) and bool not in accepted):
        wanted = {"text": "text; quote it", "flag": "true or false", "port": "a number or a name"}
        raise WrongTypeError(
            f"is {quoted(text(data))} and should be {wanted.get(kind, 'a number')}"
        )
    return data


def _quantity(data: Any) -> str:
    try:
        return canonical(show_float(data) if isinstance(data, float) else text(data))
    except ValueError as error:
        raise WrongTypeError(f"is wrong: {error}") from None


def text(value: Any) -> str:
    """Write a scalar as Kubernetes' YAML reader does where it needs text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return scalars.float_text(value) if isinstance(value, float) else str(value)
