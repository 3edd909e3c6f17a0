"""Compiles a schema once into a function that checks many values.

The rules are those of the API server for structural schemas (k8s.io/apiextensions-apiserver,
1.34), which are stricter than JSON Schema about unknown fields and more lenient about null: a null
in a field that may not be null counts as not written.
"""

from collections.abc import Callable, Sequence
from typing import Any

from meshctl.validation.choices import compile_choices
from meshctl.validation.faults import FLAGS, Check, Fault, Meant, below
from meshctl.validation.homes import home_of
from meshctl.validation.scalars import Boolean, Number, Text
from meshctl.validation.wording import closest, listed, show, wrong_type

Schema = dict[str, Any]
_FEW = 40
"""Fields of a mapping in which a misspelt one is looked at beside the others."""
_TYPES = ("object", "array", "string", "boolean", "number")
_PYTHON: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,),
    "integer": (int, float), "number": (int, float),
}  # fmt: skip


def compile_schema(schema: Schema) -> Check:
    """Make the function that checks values against a schema."""
    return _SchemaCompiler(schema).compile(schema)


class _SchemaCompiler:
    def __init__(self, root: Schema) -> None:
        self._root = root
        self._definitions: Schema = root.get("$defs", {})
        self._compiled: dict[str, Check] = {}

    def compile(self, schema: Schema) -> Check:
        if "$ref" in schema:
            name = str(schema["$ref"])
            if name not in self._compiled:

                def itself(value: Any) -> Sequence[Fault]:  # a schema may hold itself
                    return self._compiled[name](value)

                self._compiled[name] = itself
                self._compiled[name] = self.compile(self._resolve(schema))
            return self._compiled[name]
        typed = self._typed(schema)
        choices = compile_choices(schema, self.compile)
        if not choices:
            return typed

        def check(value: Any) -> Sequence[Fault]:
            found = typed(value)
            for choice in choices:
                if more := choice(value):
                    found = [*found, *more]
            return found

        return check

    def _resolve(self, schema: Schema) -> Schema:
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        resolved: Schema = self._definitions[name] if name else schema
        return resolved

    def _typed(self, schema: Schema) -> Check:
        types = types_of(schema)
        if len(types) == 1:
            return self._of_type(types[0], schema, types)
        checks = {
            python: self._of_type(name, schema, types)
            for name in types or _TYPES
            for python in _PYTHON.get(name, ())
        }

        def check(value: Any) -> Sequence[Fault]:
            item = checks.get(type(value))
            if item is not None:
                return item(value)
            return wrong_type(value, types) if types else ()

        return check

    def _of_type(self, name: str, schema: Schema, types: tuple[str, ...]) -> Check:
        if name == "object":
            return self._object(schema, types)
        if name == "array":
            return self._array(schema, types)
        if name == "string":
            return Text(schema, types)
        if name == "boolean":
            return Boolean(schema, types)
        return Number(schema, types, is_whole=name == "integer")

    def _object(self, schema: Schema, types: tuple[str, ...]) -> Check:
        properties: Schema = schema.get("properties", {})
        get = {name: self.compile(part) for name, part in properties.items()}.get
        additional = schema.get("additionalProperties", True)
        other = self.compile(additional) if isinstance(additional, dict) else None
        is_closed = additional is False
        root = self._root
        required = tuple(schema.get("required", ()))
        nullable = {name for name, part in properties.items() if _takes_null(self._resolve(part))}
        least, most = schema.get("minProperties", 0), schema.get("maxProperties")
        is_bounded = bool(least) or most is not None

        def check(value: Any) -> Sequence[Fault]:
            if type(value) is not dict:
                return wrong_type(value, types)
            faults: list[Fault] = []
            for key, item in value.items():
                entry = get(key, other)
                if entry is None:
                    if is_closed:
                        meant = _meant(key, value, get, properties)
                        faults.append(_unknown(key, properties, root)._replace(meant=meant))
                elif item is not None and (found := entry(item)):
                    faults += below(key, found)
            for name in required:
                if value.get(name) is None and not (name in nullable and name in value):
                    faults.append(Fault("missing-field", (), f"{name} is missing", key=True))
            if is_bounded:
                written = [item for item in value.values() if item is not None]
                faults += _count(written, least, most, "entries")
            return faults

        return check

    def _array(self, schema: Schema, types: tuple[str, ...]) -> Check:
        items = self._resolve(schema.get("items", {}))
        entry = self.compile(schema["items"]) if items else _anything
        takes_null = _takes_null(items) or not types_of(items)
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        keys = _list_keys(schema)

        def check(value: Any) -> Sequence[Fault]:
            if type(value) is not list:
                return wrong_type(value, types)
            faults: list[Fault] = []
            for index, item in enumerate(value):
                if (found := entry(item)) and not (item is None and takes_null):
                    faults += below(index, found)
            if len(value) < least or most is not None:
                faults += _count(value, least, most, "items")
            if keys is not None and len(value) > 1:
                faults += _repeated(value, keys)
            return faults

        return check


def types_of(schema: Schema) -> tuple[str, ...]:
    """The types a schema takes, null aside; empty when it takes any."""
    types = schema.get("type", ())
    names = (types,) if isinstance(types, str) else types
    return tuple(name for name in names if name != "null")


def _anything(_value: Any) -> Sequence[Fault]:
    return ()


def _takes_null(schema: Schema) -> bool:
    return "null" in schema.get("type", ())


def _unknown(key: str, known: Schema, root: Schema) -> Fault:
    name = str(key)
    hint = closest(name, known.keys())
    if name in FLAGS:
        hint = FLAGS[name]
    elif not hint and (home := home_of(name, known, root)):
        hint = f"; it is a field of {home}"
    elif not hint:
        hint = f"; there are {listed(sorted(known))}" if known else "; nothing can be written here"
    return Fault("unknown-field", (key,), f"there is no field {show(name)} here{hint}", key=True)


def _meant(
    key: Any, written: Schema, get: Callable[[str], Check | None], known: Schema
) -> Meant | None:
    """Tell the one field that a misspelt key can stand for, if it is free and takes the value."""
    from meshctl.spelling import only_close, same_but_for_signs  # noqa: PLC0415 - few objects are misspelt

    name = only_close(str(key), known.keys())
    check = get(name)
    if check is None or name in written or len(written) > _FEW or check(written[key]):
        return None
    if sum(only_close(str(other), known.keys()) == name for other in written) > 1:
        return None
    return Meant(name, is_sure=bool(same_but_for_signs(str(key), known.keys())))


def _count(value: Any, least: int, most: int | None, what: str) -> list[Fault]:
    if len(value) < least:
        message = "this must not be empty" if least == 1 else f"at least {least} {what} are needed"
    elif most is not None and len(value) > most:
        message = f"there are {len(value)} {what}; {most} are allowed"
    else:
        return []
    return [Fault("out-of-bounds", (), message, key=True)]


def _list_keys(schema: Schema) -> tuple[str, ...] | None:
    """What makes the items of a list unique: some of their fields, all of them, or nothing."""
    kind = schema.get("x-kubernetes-list-type")
    if kind == "map":
        return tuple(schema.get("x-kubernetes-list-map-keys", ()))
    return () if kind == "set" else None


def _repeated(items: list[Any], keys: tuple[str, ...]) -> list[Fault]:
    faults, seen = [], set()
    for index, item in enumerate(items):
        if keys and not isinstance(item, dict):
            continue
        values = [item.get(key) for key in keys] if keys else [item]
        identity = repr(values)
        if identity in seen:
            what = " and ".join(f"{key} {show(item.get(key))}" for key in keys) or show(item)
            path = (index, keys[0]) if keys and keys[0] in item else (index,)
            faults.append(Fault("value-not-allowed", path, f"{what} is in the list twice"))
        seen.add(identity)
    return faults
