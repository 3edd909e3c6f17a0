"""Converts a CRD to JSON Schemas (2020-12), one for each served version.

Types, bounds, requirements and CEL rules carry over; the sentences are ours. What the API server
refuses as an unknown field is said with ``additionalProperties: false``, so that an editor sees it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from meshctl.plain_objects import items, mapping
from meshctl.validation.descriptions import describe
from meshctl.validation.metadata import OBJECT_META
from meshctl.validation.schemas import IDENTITY, file_name, identity

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_KEPT = (
    "type", "format", "enum", "pattern", "multipleOf", "minLength", "maxLength", "minItems",
    "maxItems", "minProperties", "maxProperties", "default", "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields", "x-kubernetes-list-type", "x-kubernetes-list-map-keys",
)  # fmt: skip
_LARGE = 200
"""Characters from which a part that occurs twice becomes a definition."""


def convert(crd: Schema) -> Iterator[Schema]:
    """Make a schema of every served version of a CustomResourceDefinition, stablest first."""
    spec = mapping(crd.get("spec"))
    group, kind = str(spec.get("group", "")), str(mapping(spec.get("names")).get("kind", ""))
    sources = {
        str(version.get("name")): mapping(mapping(version.get("schema")).get("openAPIV3Schema"))
        for version in map(mapping, items(spec.get("versions")))
        if version.get("served")
    }
    for version in sorted(sources, key=lambda name: ("alpha" in name, "beta" in name)):
        yield _whole(sources[version], group, version, kind)


def distinct(crd: Schema) -> Iterator[Schema]:
    """Make the schemas of ``convert``, of several versions of one body the first alone."""
    made: list[Schema] = []
    for schema in convert(crd):
        if not any(_body(schema) == _body(known) for known in made):
            made.append(schema)
            yield schema


def files(crds: Iterable[Schema]) -> Iterator[tuple[str, Schema]]:
    """Make the files of CRDs; versions that equal the stablest one refer to its parts."""
    for crd in crds:
        first: Schema | None = None
        for schema in convert(crd):
            first = first or schema
            is_same = schema is not first and _body(schema) == _body(first)
            yield file_name(*identity(schema)), _referring(schema, first) if is_same else schema


def _whole(source: Schema, group: str, version: str, kind: str) -> Schema:
    root = _node(source, (kind,))
    properties = {
        "apiVersion": {"type": "string", "const": f"{group}/{version}" if group else version},
        "kind": {"type": "string", "const": kind},
        "metadata": OBJECT_META,
        **{name: _node(mapping(part), (kind,) if name == "spec" else (kind, name))
           for name, part in mapping(source.get("properties")).items()
           if name not in {"apiVersion", "kind", "metadata"}},
    }  # fmt: skip
    required = ["apiVersion", "kind", "metadata", *root.get("required", [])]
    whole = {
        **root,
        "type": "object",
        "properties": properties,
        "required": list(dict.fromkeys(required)),
        "additionalProperties": False,
    }
    head = {
        "$schema": DIALECT,
        "title": f"{kind} ({group}/{version})",
        IDENTITY: [{"group": group, "version": version, "kind": kind}],
    }
    return head | _Definitions(whole).fold()


def _body(schema: Schema) -> Schema:
    properties = {name: part for name, part in schema["properties"].items() if name != "apiVersion"}
    rest = {name: part for name, part in schema.items() if name not in {"title", IDENTITY}}
    return {**rest, "properties": properties}


def _referring(schema: Schema, first: Schema) -> Schema:
    file, properties = file_name(*identity(first)), schema["properties"]
    parts = {name: {"$ref": f"{file}#/properties/{name}"} for name in properties}
    own = {name: properties[name] for name in ("apiVersion", "kind")}
    short = {name: part for name, part in schema.items() if name != "$defs"}
    return {**short, "properties": {**parts, **own}}


def _node(source: Schema, names: tuple[str, ...]) -> Schema:
    """Convert one level; ``names`` are the kind and the fields that lead there."""
    said = describe(names)
    result: Schema = {"description": said} if said else {}
    result |= {keyword: source[keyword] for keyword in _KEPT if keyword in source}
    result |= _bounds(source)
    properties = mapping(source.get("properties"))
    if properties:
        result["properties"] = {
            name: _node(mapping(part), (*names, name)) for name, part in properties.items()
        }
    if isinstance(source.get("items"), dict):
        result["items"] = _node(source["items"], names)
    required = [
        name for name in items(source.get("required"))
        if "default" not in mapping(properties.get(name))
    ]  # fmt: skip
    if required:
        result["required"] = required
    _open_or_close(source, result, names)
    result |= _alternatives(source)
    rules = [{"rule": rule["rule"]} for rule in items(source.get("x-kubernetes-validations"))
             if isinstance(mapping(rule).get("rule"), str)]  # fmt: skip
    if rules:
        result["x-kubernetes-validations"] = rules
    return _with_null(source, result)


def _bounds(source: Schema) -> Schema:
    """Read bounds; OpenAPI 3.0 marks an exclusive one with a boolean."""
    result: Schema = {}
    for bound in ("minimum", "maximum"):
        if bound in source:
            exclusive = f"exclusive{bound.capitalize()}"
            result[exclusive if source.get(exclusive) is True else bound] = source[bound]
    return result


def _open_or_close(source: Schema, result: Schema, names: tuple[str, ...]) -> None:
    additional = source.get("additionalProperties")
    is_open = source.get("x-kubernetes-preserve-unknown-fields") or source.get(
        "x-kubernetes-embedded-resource"
    )
    if isinstance(additional, dict):
        result["additionalProperties"] = _node(additional, names)
    elif source.get("type") == "object" and additional is not True and not is_open:
        result["additionalProperties"] = False


def _alternatives(source: Schema) -> Schema:
    """Carry over oneOf and its like; a value that is open to both types says it in ``type``."""
    result: Schema = {}
    for keyword in ("oneOf", "anyOf", "allOf"):
        parts = items(source.get(keyword))
        if parts and not (keyword == "anyOf" and source.get("x-kubernetes-int-or-string")):
            result[keyword] = [_alternative(mapping(part)) for part in parts]
    if isinstance(source.get("not"), dict):
        result["not"] = _alternative(source["not"])
    return result


def _alternative(source: Schema) -> Schema:
    result = {keyword: source[keyword] for keyword in (*_KEPT, "required") if keyword in source}
    result |= _bounds(source) | _alternatives(source)
    properties = mapping(source.get("properties"))
    if properties:
        result["properties"] = {
            name: _alternative(mapping(part)) for name, part in properties.items()
        }
    if isinstance(source.get("items"), dict):
        result["items"] = _alternative(source["items"])
    return result


def _with_null(source: Schema, result: Schema) -> Schema:
    if source.get("x-kubernetes-int-or-string"):
        result["type"] = ["integer", "string"]
    if source.get("nullable") is True and "type" in result:
        types = result["type"] if isinstance(result["type"], list) else [result["type"]]
        result["type"] = [*types, "null"]
        if "enum" in result:
            result["enum"] = [*result["enum"], None]
    return result


class _Definitions:
    """Folds parts that occur more than once into ``$defs``."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._seen: Counter[str] = Counter()
        self._count(schema)
        self._names: dict[str, str] = {}
        self._found: dict[str, Schema] = {}

    def fold(self) -> Schema:
        folded = self._fold_children(self._schema)
        return folded | {"$defs": dict(sorted(self._found.items()))} if self._found else folded

    def _count(self, schema: Schema) -> None:
        for _, part in _parts(schema):
            text = _text(part)
            self._seen[text] += 1
            if self._seen[text] == 1:  # what lies in a repeated part is repeated with it
                self._count(part)

    def _fold(self, schema: Schema, name: str) -> Schema:
        text = _text(schema)
        if self._seen[text] < 2 or len(text) < _LARGE:  # noqa: PLR2004
            return self._fold_children(schema)
        if text not in self._names:
            taken = set(self._names.values())
            names = (f"{name}{number or ''}" for number in range(len(taken) + 1))
            self._names[text] = next(each_name for each_name in names if each_name not in taken)
            self._found[self._names[text]] = self._fold_children(schema)
        return {"$ref": f"#/$defs/{self._names[text]}"}

    def _fold_children(self, schema: Schema) -> Schema:
        result = dict(schema)
        for keys, part in _parts(schema):
            if len(keys) == 1:
                result[keys[0]] = self._fold(part, "entry")
            else:
                result["properties"] = dict(result["properties"])
                result["properties"][keys[1]] = self._fold(part, keys[1])
        return result


def _parts(schema: Schema) -> Iterator[tuple[tuple[str, ...], Schema]]:
    for name, part in schema.get("properties", {}).items():
        yield ("properties", name), part
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield (keyword,), schema[keyword]


def _text(schema: Schema) -> str:
    return json.dumps(schema, sort_keys=True)
