"""What is left of an object once it went through Kubernetes' Go types?

Unknown fields vanish, names match in any case, quantities get their canonical form and what is
empty is left out (encoding/json with the types of k8s.io/api 1.35).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from meshctl.inject.errors import InjectionError
from meshctl.inject.kubernetes_fields import ALWAYS, DROPPED_AT_ZERO, ORDER, POINTERS
from meshctl.inject.quantities import canonical

_EMPTY: tuple[Any, ...] = ("", [], {})
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


def read(kind: str, data: Any, *, coerce: bool = False, path: str = "") -> Any:
    """Pass a value through a type; ``coerce`` turns numbers and flags into text where it must.

    Kubernetes' YAML reader does that, its JSON reader complains. A value of another type than the
    field's raises ``InjectionError``.
    """
    if kind[0] == "[":
        if data is None:
            return None
        items = _expect(list, data, path)
        return [
            _filled(kind[1:-1], read(kind[1:-1], item, coerce=coerce, path=f"{path}[{index}]"))
            for index, item in enumerate(items)
        ]
    if kind[0] == "{":
        pairs = _expect(dict, data, path)
        found = {
            k: read(kind[1:-1], v, coerce=coerce, path=f"{path}.{k}") for k, v in pairs.items()
        }
        return {key: _filled(kind[1:-1], value) for key, value in found.items()}
    if kind in types():
        return _struct(kind, _expect(dict, data, path), coerce=coerce, path=path)
    return _scalar(kind, data, coerce=coerce, path=path)


def _filled(kind: str, value: Any) -> Any:
    """Null in a list or map stands for the empty value of its type."""
    if value is None:
        return {} if kind in types() else "" if kind == "text" else value
    return value


def _expect(wanted: type[Any], data: Any, path: str) -> Any:
    if data is None:
        return wanted()
    if not isinstance(data, wanted):
        name = "a mapping" if wanted is dict else "a list"
        raise InjectionError(f"{path.lstrip('.') or 'the object'} should be {name}")
    return data


def _struct(kind: str, data: dict[str, Any], *, coerce: bool, path: str) -> dict[str, Any]:
    fields = types()[kind]
    given: dict[str, Any] = {}
    for key, value in data.items():
        name = key if key in fields else field_names(kind).get(key.lower(), "")
        if name and value is not None:
            given[name] = read(fields[name], value, coerce=coerce, path=f"{path}.{name}")
    always = ALWAYS.get(kind, {})
    result: dict[str, Any] = {}
    for name in fields:
        value = given.get(name)
        if name in always and (name not in given or (value == {} and always[name])):
            result[name] = _empty(fields[name], always[name])
        elif name in given and (name in always or not _is_left_out(kind, name, value)):
            result[name] = value
    return result


def _empty(kind: str, value: Any) -> Any:
    return read(kind, {}) if kind in types() and value == {} else value


def _is_left_out(kind: str, name: str, value: Any) -> bool:
    if isinstance(value, bool | int | float):
        return not value and name in DROPPED_AT_ZERO and (kind, name) not in POINTERS
    if value == {} and types()[kind][name] in types():
        return False  # a pointer to a struct, even one without anything in it
    return value in _EMPTY


def _scalar(kind: str, data: Any, *, coerce: bool, path: str) -> Any:
    match kind:
        case "any":
            return data
        case "quantity":
            return _quantity(data, path)
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
        place = path.lstrip(".")
        raise InjectionError(
            f"{place} is {text(data)!r} and should be {wanted.get(kind, 'a number')}"
        )
    return data


def _quantity(data: Any, path: str) -> str:
    try:
        return canonical(text(data))
    except ValueError as error:
        raise InjectionError(f"{path.lstrip('.')}: {error}") from None


def text(value: Any) -> str:
    """Write a scalar as Kubernetes' YAML reader does where it needs text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
