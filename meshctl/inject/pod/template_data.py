"""Pods and Istio's configuration as templates see them: Go's structs."""

from collections.abc import Mapping
from typing import Any

from meshctl.inject.go_template import FieldError
from meshctl.inject.go_types.kubernetes_fields import ALWAYS
from meshctl.inject.go_types.kubernetes_types import field_names, types

_ZERO: dict[str, Any] = {"text": "", "int": 0, "flag": False, "quantity": "", "port": 0}
_EMBEDDED = frozenset({"ProbeHandler", "Handler", "VolumeSource", "ObjectMeta", "TypeMeta"})


class TextMap(dict[str, str]):
    """A map of texts; a key that it lacks reads as the empty text."""

    zero = ""


class KubernetesStruct:
    """An object of a Kubernetes type: absent fields have the empty value of their type."""

    def __init__(self, kind: str, data: Mapping[str, Any]) -> None:
        self.kind = kind
        self.data = data

    def field(self, name: str) -> Any:
        """Give a field by the name it has in Go."""
        known = field_names(self.kind).get(name.lower())
        if known is None:
            if name in _EMBEDDED:
                return self
            raise FieldError(f"can't evaluate field {name} in type v1.{self.kind}")
        return wrap(types()[self.kind][known], self.data.get(known), self.kind, known)

    def __str__(self) -> str:
        return "{" + " ".join(str(value) for value in self.data.values()) + "}"


def wrap(kind: str, value: Any, owner: str = "", name: str = "") -> Any:
    """Show a value of a type to templates."""
    if kind.startswith("["):
        return [wrap(kind[1:-1], item) for item in value or []]
    if kind == "{text}":
        return TextMap(value or {})
    if kind in types():
        if value is None and name not in ALWAYS.get(owner, {}):
            return None
        return KubernetesStruct(kind, value or {})
    return _ZERO.get(kind) if value is None else value


class Enum:
    """A value of a protobuf enum: prints its name, and is false when it is the first."""

    def __init__(self, name: str, first: str) -> None:
        self.name = name or first
        self.first = first

    def field(self, name: str) -> Any:
        """Give the method ``String``."""
        if name == "String":
            return self.__str__
        raise FieldError(f"can't evaluate field {name} in an enum")

    def __bool__(self) -> bool:
        return self.name != self.first

    def __str__(self) -> str:
        return self.name


class Message:
    """A protobuf message: ``.Name`` and ``.GetName`` give a field, absent ones nothing at all."""

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        self.data = data

    def field(self, name: str) -> Any:
        """Give a field, or the method that gives it."""
        if name.startswith("Get") and name[3:4].isupper():
            return lambda: self._value(name[3:])
        if self.data is None:
            raise FieldError(f"nil pointer evaluating a message's field {name}")
        return self._value(name)

    def _value(self, name: str) -> Any:
        key = name[:1].lower() + name[1:]
        value = (self.data or {}).get(key)
        match key:
            case "interceptionMode":
                return Enum(str(value or ""), "REDIRECT")
            case "proxyMetadata":
                return TextMap(value or {})
            case "holdApplicationUntilProxyStarts" | "concurrency" | "enablePrometheusMerge":
                return Wrapped(value)
        if isinstance(value, Mapping) or value is None:
            return Message(value)
        return value

    def __bool__(self) -> bool:
        return self.data is not None

    def __len__(self) -> int:
        return len(self.data or ())

    def __str__(self) -> str:
        return "<nil>" if self.data is None else str(dict(self.data))


class Wrapped:
    """A wrapper message around a number or flag, which may be absent."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def field(self, name: str) -> Any:
        """Give the wrapped value, or the method that gives it."""
        if name == "GetValue":
            return lambda: self.value or False
        if name == "Value" and self.value is not None:
            return self.value
        raise FieldError(f"can't evaluate field {name} of an absent value")

    def __bool__(self) -> bool:
        return self.value is not None

    def __str__(self) -> str:
        return f"value:{self.value}"


class Fields:
    """A struct with some fields."""

    def __init__(self, **fields: Any) -> None:
        self._fields = fields

    def field(self, name: str) -> Any:
        """Give a field."""
        if name not in self._fields:
            raise FieldError(f"can't evaluate field {name} in the data of the template")
        return self._fields[name]
