"""Describes the files of requests and tests that ``trace`` and ``test`` read as JSON Schema."""

from meshctl.output.json_schema import Schema
from meshctl.output.trace.schema import OUTCOMES, TLS

_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}
_NUMBER: Schema = {"type": ["integer", "null"]}
_TITLE: Schema = {"type": ["string", "integer", "null"]}


def expectations_schema() -> Schema:
    """Describe the files of tests that ``meshctl test`` reads."""
    test: Schema = {
        "type": "object",
        "properties": {"name": _TITLE, "request": _request(), "expect": _expect()},
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
                "type": ["array", "null"], "items": _TEXT,
            },
            "tests": {"type": "array", "items": test},
        },
        "required": ["tests"],
        "additionalProperties": False,
    }  # fmt: skip


def requests_schema() -> Schema:
    """Describe the files that ``meshctl trace --requests`` reads: a list, or one below a key."""
    several: Schema = {"type": "array", "items": _request()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:meshctl:schema:requests",
        "title": "Requests, for meshctl trace --requests",
        "if": {"type": "object"},
        "then": {
            "properties": {"requests": several},
            "required": ["requests"],
            "additionalProperties": False,
        },
        "else": several,
    }


def _request() -> Schema:
    return {
        "type": "object",
        "properties": {
            "id": _TITLE, "from": _TEXT, "url": _TEXT,
            "method": _MAYBE, "source_ip": _MAYBE,
            "headers": {
                "type": ["object", "null"],
                "additionalProperties": {"type": ["string", "number", "boolean"]},
            },
            "claims": {"type": ["object", "null"]},
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
            "to": {"anyOf": [_TEXT, to, {"type": "array", "items": {"anyOf": [_TEXT, to]}}]},
            "denied": {"type": "boolean"},
            "denied_by": {**_TEXT, "description": "namespace/name of the AuthorizationPolicy."},
            "by": {**_TEXT, "description": "An object that decides: KIND NAMESPACE/NAME."},
            "redirect": _MAYBE, "tls": {"enum": [*TLS, None]}, "path": _MAYBE, "status": _NUMBER,
        },
        "additionalProperties": False,
    }  # fmt: skip
