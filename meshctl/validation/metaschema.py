"""Checks the schemas that users bring, before anything relies on them.

The shape is that of CustomResourceDefinition and JSONSchemaProps in
k8s.io/apiextensions-apiserver ``pkg/apis/apiextensions/v1/types.go`` (Kubernetes 1.32).
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from meshctl.re2.parser import RegexError, parse
from meshctl.validation.checker import compile_schema
from meshctl.validation.faults import Check, Fault
from meshctl.validation.json_schema import faults

_MOST_KEPT = 256
"""CustomResourceDefinitions whose faults are kept: overlays share those of their bases."""
_NAME = r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"
_COUNT = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_PART = {"$ref": "#/$defs/part"}
_PARTS = {"type": "array", "items": _PART}
_DEFINITIONS: dict[str, Any] = {
    "part": {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["", "object", "array", "string", "integer", "number", "boolean"]},
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
            "title": _TEXT, "default": {}, "example": {}, "$schema": _TEXT,
            "externalDocs": {"type": "object"}, "uniqueItems": {"type": "boolean", "enum": [False]},
            "x-kubernetes-int-or-string": _FLAG, "x-kubernetes-preserve-unknown-fields": _FLAG,
            "x-kubernetes-embedded-resource": _FLAG,
            "x-kubernetes-list-type": {"type": "string", "enum": ["atomic", "set", "map"]},
            "x-kubernetes-map-type": {"type": "string", "enum": ["granular", "atomic"]},
            "x-kubernetes-list-map-keys": {"type": "array", "items": _TEXT},
            "x-kubernetes-validations": {
                "type": "array",
                "items": {
                    "type": "object", "required": ["rule"],
                    "properties": {"rule": _TEXT, "message": _TEXT},
                },
            },
        },
        "additionalProperties": False,  # no $ref, definitions, dependencies, patternProperties
    }
}  # fmt: skip
_VERSION = {
    "type": "object",
    "required": ["name", "served", "storage"],
    "properties": {
        "name": {"type": "string", "pattern": _NAME},
        "served": _FLAG,
        "storage": _FLAG,
        "schema": {"type": "object", "properties": {"openAPIV3Schema": _PART}},
    },
}
CRD: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "type": "object",
            "required": ["group", "names", "scope", "versions"],
            "properties": {
                "scope": {"type": "string", "enum": ["Cluster", "Namespaced"]},
                "group": {"type": "string", "pattern": _NAME},
                "names": {
                    "type": "object",
                    "required": ["kind"],
                    "properties": {
                        "kind": {"type": "string", "pattern": _NAME},
                        "plural": _TEXT,
                        "singular": _TEXT,
                        "listKind": _TEXT,
                        "shortNames": {"type": "array", "items": _TEXT},
                        "categories": {"type": "array", "items": _TEXT},
                    },
                },
                "versions": {"type": "array", "minItems": 1, "items": _VERSION},
            },
        }
    },
    "$defs": _DEFINITIONS,
}


def crd_faults(crd: Mapping[str, Any]) -> Iterator[Fault]:
    """Walk what is wrong with a CustomResourceDefinition that a user brings, by jsonschema."""
    return _kept(crd, faults(crd, CRD))


def quick_crd_faults(crd: Mapping[str, Any]) -> Iterator[Fault]:
    """Walk the same for a manifest, by the checker of manifests: jsonschema takes a second for five.

    The same one is checked once, in how many worlds it may stand.
    """
    return iter(_quick_faults(_Same(crd)))


class _Same:
    """One CustomResourceDefinition, which equals itself alone."""

    __slots__ = ("crd",)

    def __init__(self, crd: Mapping[str, Any]) -> None:
        self.crd = crd

    def __hash__(self) -> int:
        return id(self.crd)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.crd is self.crd


@lru_cache(maxsize=_MOST_KEPT)
def _quick_faults(same: _Same) -> tuple[Fault, ...]:
    return tuple(_kept(same.crd, _checker()(same.crd)))


@cache
def _checker() -> Check:
    return compile_schema(CRD)


def _kept(crd: Mapping[str, Any], found: Iterable[Fault]) -> Iterator[Fault]:
    """Pass over extensions that no API server knows; it drops them."""
    for fault in found:
        if fault.kind != "unknown-field" or not str(fault.path[-1]).startswith("x-"):
            yield fault
    for path, pattern in _patterns(crd, ()):
        refusal = _refusal(pattern)
        if refusal:
            yield Fault("value-not-allowed", path, f"this pattern is no RE2: {refusal}")


@lru_cache(maxsize=1024)
def _refusal(pattern: str) -> str:
    """Say why RE2 refuses a pattern; CustomResourceDefinitions repeat those of Kubernetes' types."""
    read = parse(pattern)
    return str(read) if isinstance(read, RegexError) else ""


def _patterns(
    value: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "pattern" and isinstance(inner, str) and path[-1:] != ("properties",):
                yield (*path, key), inner
            yield from _patterns(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _patterns(inner, (*path, index))
