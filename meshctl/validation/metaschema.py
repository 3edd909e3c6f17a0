"""Checks the schemas that users bring, before anything relies on them.

The shape is that of CustomResourceDefinition and JSONSchemaProps in
k8s.io/apiextensions-apiserver ``pkg/apis/apiextensions/v1/types.go`` (Kubernetes 1.32).
"""

from collections.abc import Iterator
from typing import Any

from meshctl.re2.parser import RegexError, parse

_NAME = r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"
_COUNT = {"type": "integer", "minimum": 0}
_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_PART = {"$ref": "#/$defs/part"}
_PARTS = {"type": "array", "items": _PART}
_DEFINITIONS: dict[str, Any] = {
    "part": {
        "type": "object",
        "properties": {
            "type": {"enum": ["", "object", "array", "string", "integer", "number", "boolean"]},
            "properties": {"type": "object", "additionalProperties": _PART},
            "items": _PART, "not": _PART, "oneOf": _PARTS, "anyOf": _PARTS, "allOf": _PARTS,
            "additionalProperties": {"anyOf": [_FLAG, _PART]},
            "required": {"type": "array", "items": _TEXT},
            "enum": {"type": "array"}, "pattern": _TEXT, "format": _TEXT, "description": _TEXT,
            "minLength": _COUNT, "maxLength": _COUNT, "minItems": _COUNT, "maxItems": _COUNT,
            "minProperties": _COUNT, "maxProperties": _COUNT,
            "minimum": {"type": "number"}, "maximum": {"type": "number"},
            "exclusiveMinimum": _FLAG, "exclusiveMaximum": _FLAG, "nullable": _FLAG,
            "multipleOf": {"type": "number", "exclusiveMinimum": 0},
            "x-kubernetes-int-or-string": _FLAG, "x-kubernetes-preserve-unknown-fields": _FLAG,
            "x-kubernetes-embedded-resource": _FLAG, "x-kubernetes-list-type": _TEXT,
            "x-kubernetes-list-map-keys": {"type": "array", "items": _TEXT},
            "x-kubernetes-validations": {
                "type": "array",
                "items": {
                    "type": "object", "required": ["rule"],
                    "properties": {"rule": _TEXT, "message": _TEXT},
                },
            },
        },
    }
}  # fmt: skip
_VERSION = {
    "type": "object",
    "required": ["name", "served"],
    "properties": {
        "name": {"type": "string", "pattern": _NAME},
        "served": _FLAG,
        "schema": {"type": "object", "properties": {"openAPIV3Schema": _PART}},
    },
}
_CRD: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "type": "object",
            "required": ["group", "names", "versions"],
            "properties": {
                "group": {"type": "string", "pattern": _NAME},
                "names": {
                    "type": "object",
                    "required": ["kind"],
                    "properties": {"kind": {"type": "string", "pattern": _NAME}},
                },
                "versions": {"type": "array", "minItems": 1, "items": _VERSION},
            },
        }
    },
    "$defs": _DEFINITIONS,
}


def crd_mistakes(crd: dict[str, Any]) -> Iterator[str]:
    """Walk what is wrong with a CustomResourceDefinition, each with its field; none if it is right."""
    import jsonschema  # its home; few users bring schemas

    validator = jsonschema.Draft202012Validator(_CRD)
    for error in validator.iter_errors(crd):
        yield f"{_path(error.absolute_path)}: {_said(error)}"
    for path, pattern in _patterns(crd, ()):
        found = parse(pattern)
        if isinstance(found, RegexError):
            yield f"{_path(path)}: this pattern is no RE2: {found}"


def schema_mistakes(schema: dict[str, Any]) -> Iterator[str]:
    """Walk what is wrong with a JSON Schema (2020-12), as its metaschema says it."""
    import jsonschema  # see above

    kind = jsonschema.Draft202012Validator
    for error in kind(kind.META_SCHEMA).iter_errors(schema):
        yield f"{_path(error.absolute_path)}: {_said(error)}"


def _said(error: Any) -> str:
    """Word a mistake: jsonschema shows whole values, which may be long, or secret."""
    if error.validator == "type":
        return f"this has to be of type {error.validator_value}"
    if error.validator == "enum":
        return f"this has to be one of {', '.join(filter(None, error.validator_value))}"
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"{missing} is missing"
    if error.validator == "pattern":
        return "this is no name that Kubernetes takes"
    if error.validator == "anyOf":
        return "this is neither true, false nor a schema"
    return f"{error.validator} of {error.validator_value} doesn't hold"


def _patterns(
    value: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "pattern" and isinstance(one, str) and path[-1:] != ("properties",):
                yield (*path, key), one
            yield from _patterns(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _patterns(one, (*path, index))


def _path(path: Any) -> str:
    text = ""
    for one in path:
        text += f"[{one}]" if isinstance(one, int) else f".{one}"
    return text.removeprefix(".") or "the document"
