"""Reads MeshConfig and ProxyConfig as istiod does, and writes them as protobuf in JSON.

The reading is that of the older library for JSON (github.com/golang/protobuf/jsonpb 1.5), which
Istio 1.31 uses for them (pkg/util/protomarshal/protomarshal.go): durations are Go's, words of an
enumeration exact, its numbers free, numbers may stand in quotes and booleans may not, ``null`` is
unset, and fields that nobody knows are passed over (ApplyYAML).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from meshctl.istio.durations import nanoseconds
from meshctl.istio.mesh_config_schema import MESH_CONFIG, Field, enum_values, fields, is_message
from meshctl.lazy_pattern import lazy_pattern

Path = tuple[str | int, ...]

_WRAPPERS = {
    "google.protobuf.BoolValue": "bool",
    "google.protobuf.Int32Value": "int32",
    "google.protobuf.Int64Value": "int64",
    "google.protobuf.UInt32Value": "uint32",
}
_DURATION = "google.protobuf.Duration"
_STRUCT = "google.protobuf.Struct"
_RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}
_WHOLE = lazy_pattern(r"[ \t\r\n]*(-?(?:0|[1-9][0-9]{0,19}))[ \t\r\n]*")
_NUMBER = lazy_pattern(r"[ \t\r\n]*-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?[ \t\r\n]*")
_TAKEN_BY_ONE_NAME = {"default_config": "defaultConfig", "default_providers": "defaultProviders"}
"""What ApplyMeshConfig takes out of the text to merge it (pkg/config/mesh/mesh.go)."""
_NOT_FINITE = frozenset({"NaN", "Infinity", "-Infinity"})
_LONGEST_DURATION = 2**63 - 1
_LONGEST_SHOWN = 60
_NANO = 10**9


class Misread(NamedTuple):
    """A value that istiod can't read: where it is written, and what stands and should stand there.

    The message is a sentence about the value alone.
    """

    path: Path
    message: str


class Reading(NamedTuple):
    """What a text says: values by their JSON names, as they are after reading.

    Durations are as protobuf writes them, numbers are numbers, enumerations words. What can't be
    read is left out.
    """

    value: dict[str, Any]
    misreads: tuple[Misread, ...] = ()
    unknown: tuple[Misread, ...] = ()
    """Fields that there are none of, or that others take the place of: istiod passes over them."""


def read(message: str, data: Any) -> Reading:
    """Read the parsed YAML of a whole text; ``null`` and nothing at all are an empty message."""
    reader = _Reader()
    value = ({} if data is None else reader.message(message, data, ())) or {}
    if message == MESH_CONFIG and isinstance(data, Mapping):
        for name, usual in _TAKEN_BY_ONE_NAME.items():
            if data.get(name) is not None and data.get(usual) is None:
                value.pop(usual, None)
                text = f"istiod takes this by the name {usual} alone, and drops it here"
                reader.unknown.append(Misread((name,), text))
    return Reading(value, tuple(reader.misreads), tuple(reader.unknown))


def write(message: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """Write a message as protobuf does in JSON: fields as declared, without what is unset.

    ``value`` is one that ``read`` gave.
    """
    found: dict[str, Any] = {}
    chosen = {field.oneof: field.json_name for field in fields(message)
              if field.oneof and field.json_name in value}  # fmt: skip
    for field in fields(message):
        given = value.get(field.json_name)
        if given is None or chosen.get(field.oneof, field.json_name) != field.json_name:
            continue
        written = _written(field, given)
        if field.oneof or _has_presence(field) or not _is_zero(field, written):
            found[field.json_name] = written
    return found


def written_path(message: str, data: Any, path: Path) -> Path:
    """Find a place of the value read in the text, which may have protobuf's own names."""
    steps: list[str | int] = []
    kind: str = message
    at = iter(path)
    for step in at:
        field = next((known for known in _fields_of(kind) if known.json_name == step), None)
        if field and isinstance(data, Mapping) and step not in data and field.name in data:
            step = field.name  # noqa: PLW2901 - the name that the text has
        steps.append(step)
        data = data.get(step) if isinstance(data, Mapping) else None
        kind = field.kind if field else ""
        if field and (field.is_list or field.is_map) and (inner := next(at, None)) is not None:
            steps.append(inner)
            data = _item(data, inner)
    return tuple(steps)


def _item(data: Any, step: str | int) -> Any:
    if isinstance(data, Mapping):
        return data.get(step)
    return data[step] if isinstance(data, list) and isinstance(step, int) else None


def _fields_of(kind: str) -> tuple[Field, ...]:
    return fields(kind) if is_message(kind) else ()


def _has_presence(field: Field) -> bool:
    """Is zero another thing than nothing?"""
    return not field.is_list and not field.is_map and "." in field.kind and not _is_enum(field)


def _is_enum(field: Field) -> bool:
    return enum_values(field.kind) is not None


def _is_zero(field: Field, value: Any) -> bool:
    words = enum_values(field.kind)
    if words and isinstance(value, str) and not field.is_list:
        return words[value] == 0
    return not value or (value == "0" and field.kind in {"int64", "uint64"})


def _written(field: Field, value: Any) -> Any:
    if field.is_list:
        return [_written_one(field.kind, item) for item in value]
    if field.is_map:
        return {key: _written_one(field.kind, value[key]) for key in sorted(value)}
    return _written_one(field.kind, value)


def _written_one(kind: str, value: Any) -> Any:
    if is_message(kind):
        return write(kind, value)
    if kind in {"int64", "uint64", "google.protobuf.Int64Value"}:
        return str(value)
    return _sorted(value) if kind == _STRUCT else value


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


class _Reader:
    """Walks a text along the declaration of a message, and keeps what can't be read."""

    def __init__(self) -> None:
        self.misreads: list[Misread] = []
        self.unknown: list[Misread] = []

    def message(self, message: str, data: Any, path: Path) -> dict[str, Any] | None:
        if not isinstance(data, Mapping):
            self._refuse(path, data, "a mapping")
            return None
        found: dict[str, Any] = {}
        rest = dict(data)
        last_of: dict[str, tuple[str, Path]] = {}
        for field in fields(message):
            declared, usual = rest.pop(field.name, None), rest.pop(field.json_name, None)
            name, value = (field.name, declared) if usual is None else (field.json_name, usual)
            if (
                value is not None
                and (read_value := self._field(field, value, (*path, name))) is not None
            ):
                found[field.json_name] = read_value
                if field.oneof:
                    self._take_place(last_of.get(field.oneof), found, (*path, name))
                    last_of[field.oneof] = field.json_name, (*path, name)
        for name in rest:
            self._pass_over(message, str(name), path)
        return found

    def _take_place(
        self, before: tuple[str, Path] | None, found: dict[str, Any], path: Path
    ) -> None:
        """Drop what was read for another field of the group: the last that is declared stays."""
        if before is not None:
            del found[before[0]]
            text = f"{path[-1]} is set too, and istiod keeps that one alone"
            self.unknown.append(Misread(before[1], text))

    def _pass_over(self, message: str, name: str, path: Path) -> None:
        names = [field.json_name for field in fields(message)]
        near = get_close_matches(name, names, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        kind = message.rpartition(".")[2]
        self.unknown.append(
            Misread((*path, name), f"{kind} has no such field, and istiod passes over it{hint}")
        )

    def _field(self, field: Field, data: Any, path: Path) -> Any:
        if field.is_list:
            if not isinstance(data, list):
                return self._refuse(path, data, "a list")
            items = [self._one(field.kind, item, (*path, at)) for at, item in enumerate(data)]
            return [item for item in items if item is not None]
        if field.is_map:
            if not isinstance(data, Mapping):
                return self._refuse(path, data, "a mapping")
            pairs = {
                str(key): self._one(field.kind, item, (*path, str(key)))
                for key, item in data.items()
            }
            return {key: item for key, item in pairs.items() if item is not None}
        return self._one(field.kind, data, path)

    def _one(self, kind: str, data: Any, path: Path) -> Any:
        """Read one value; ``null``, which only lists and mappings pass on, is the zero value."""
        if is_message(kind):
            return {} if data is None else self.message(kind, data, path)
        if (words := enum_values(kind)) is not None:
            return self._enum(words, data, path)
        return self._scalar(_WRAPPERS.get(kind, kind), data, path)

    def _enum(self, words: Mapping[str, int], data: Any, path: Path) -> Any:
        if isinstance(data, str):
            if data in words:
                return data
        elif (number := _whole(data, "int32")) is not None:
            return next((word for word, its in words.items() if its == number), number)
        return self._refuse(path, data, f"one of {', '.join(words)}")

    def _scalar(self, kind: str, data: Any, path: Path) -> Any:
        if kind in _RANGES:
            number = _whole(data, kind)
            low, high = _RANGES[kind]
            wanted = f"a whole number from {low} to {high}"
            return self._refuse(path, data, wanted) if number is None else number
        value, wanted = _SCALARS[kind](data)
        return self._refuse(path, data, wanted) if wanted else value

    def _refuse(self, path: Path, data: Any, wanted: str) -> None:
        self.misreads.append(Misread(path, f"{_shown(data)} can't be read; it takes {wanted}"))


def _whole(data: Any, kind: str) -> int | None:
    low, high = _RANGES[kind]
    if data is None:
        return 0
    if isinstance(data, str):
        match = _WHOLE.fullmatch(data)
        data = (0 if data.strip(" \t\r\n") == "null" else None) if match is None else int(match[1])
    if isinstance(data, float) and data.is_integer():
        data = int(data)
    is_number = isinstance(data, int) and not isinstance(data, bool)
    return data if is_number and low <= data <= high else None


def _double(data: Any) -> tuple[Any, str]:
    if isinstance(data, str) and (_NUMBER.fullmatch(data) or data in _NOT_FINITE):
        return (data if data in _NOT_FINITE else float(data)), ""
    is_number = isinstance(data, int | float) and not isinstance(data, bool)
    if data is None or is_number:
        return float(data or 0), ""
    return None, "a number"


def _bool(data: Any) -> tuple[Any, str]:
    if data is None or isinstance(data, bool):
        return bool(data), ""
    return None, "true or false, without quotes"


def _string(data: Any) -> tuple[Any, str]:
    if data is None or isinstance(data, str):
        return data or "", ""
    return None, "text" if isinstance(data, list | Mapping) else "text; quote it"


def _duration(data: Any) -> tuple[Any, str]:
    wanted = "a duration with its unit, such as 10s or 1m30s"
    amount = nanoseconds(data) if isinstance(data, str) else None
    if amount is None or abs(amount) > _LONGEST_DURATION:
        return None, wanted
    return duration_text(amount), ""


def _struct(data: Any) -> tuple[Any, str]:
    return (data, "") if isinstance(data, Mapping) else (None, "a mapping")


_SCALARS: Mapping[str, Callable[[Any], tuple[Any, str]]] = {
    "double": _double,
    "float": _double,
    "bool": _bool,
    "string": _string,
    "bytes": _string,
    _DURATION: _duration,
    _STRUCT: _struct,
}


def duration_text(amount: int) -> str:
    """Write nanoseconds as protobuf does: no, three, six or nine digits of a fraction."""
    sign = "-" if amount < 0 else ""
    seconds, rest = divmod(abs(amount), _NANO)
    digits = f"{rest:09}"
    for _ in range(3):
        digits = digits.removesuffix("000")
    return f"{sign}{seconds}{'.' if digits else ''}{digits}s"


def _shown(data: Any) -> str:
    text = json.dumps(data, default=str, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


__all__: Sequence[str] = (
    "Misread", "Reading", "duration_text", "read", "write", "written_path",
)  # fmt: skip
