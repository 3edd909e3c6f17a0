"""Describes the files of tests that ``meshctl test`` reads as JSON Schema."""

from meshctl.output.json_schema import Schema
from meshctl.output.trace.schema import OUTCOMES, TLS

_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}
_NUMBER: Schema = {"type": ["integer", "null"]}


def expectations_schema() -> Schema:
    """Describe the files of tests that ``meshctl test`` reads."""
    test: Schema = {
        "type": "object",
        "properties": {"name": _TEXT, "request": _request(), "expect": _expect()},
        "required": ["request", "expect"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:meshctl:schema:request-tests",
        "title": "Expectations about requests, for meshctl test",
        "type": "object",
        "properties": {
            "mesh": {
                "description": "Paths of the mesh, from the directory of this file.",
                "type": "array", "items": _TEXT,
            },
            "tests": {"type": "array", "items": test},
        },
        "required": ["tests"],
        "additionalProperties": False,
    }  # fmt: skip


def _request() -> Schema:
    return {
        "type": "object",
        "properties": {
            "id": _TEXT, "from": _TEXT, "url": _TEXT, "method": _TEXT, "source_ip": _TEXT,
            "headers": {"type": "object"}, "claims": {"type": "object"},
        },
        "required": ["from", "url"],
        "additionalProperties": False,
    }  # fmt: skip


def _expect() -> Schema:
    to: Schema = {
        "type": "object",
        "properties": {
            "host": {**_TEXT, "description": "In full, or its first labels."},
            "port": {"type": "integer"}, "subset": _MAYBE, "weight": _NUMBER,
        },
        "additionalProperties": False,
    }  # fmt: skip
    return {
        "type": "object",
        "properties": {
            "outcome": {"enum": list(OUTCOMES)},
            "arrives": {"type": "boolean"},
            "to": {"anyOf": [_TEXT, to, {"type": "array", "items": to}]},
            "denied": {"type": "boolean"},
            "denied_by": {**_TEXT, "description": "namespace/name of the AuthorizationPolicy."},
            "by": {**_TEXT, "description": "An object that decides: KIND NAMESPACE/NAME."},
            "redirect": _MAYBE, "tls": {"enum": [*TLS, None]}, "path": _MAYBE, "status": _NUMBER,
        },
        "additionalProperties": False,
    }  # fmt: skip
