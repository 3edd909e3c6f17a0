"""Describes the JSON of ``trace`` as JSON Schema."""

from meshctl.mesh.request_path.hops import Direction, Outcome
from meshctl.output.json_schema import Schema, closed

OUTCOMES = (
    "forwarded", "redirect", "direct-response", "aborted", "denied", "no-route", "no-cluster", "no-endpoint",
    "tls-conflict", "unknown-host", "unreachable", "unknown",
)  # fmt: skip
TLS = ("mtls", "plaintext", "tls", "conflict", "no-endpoint", "mixed")
_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}
_NUMBER: Schema = {"type": ["integer", "null"]}
_COUNT: Schema = {"type": "integer"}


def trace_definitions() -> Schema:
    """Describe one trace and its parts, for every format that holds some."""
    return {
        "trace": closed(
            id=_TEXT, request={"$ref": "#/$defs/request"}, summary=_TEXT,
            outcome={"enum": list(OUTCOMES)}, flag=_MAYBE, status=_NUMBER,
            destinations={"type": "array", "items": {"$ref": "#/$defs/destination"}},
            path=_MAYBE, redirect=_MAYBE, tls={"enum": [*TLS, None]},
            authorization={"anyOf": [{"$ref": "#/$defs/authorization"}, {"type": "null"}]},
            hops={"type": "array", "items": {"$ref": "#/$defs/hop"}},
        ),
        "request": closed(**{
            "from": _TEXT, "method": _TEXT, "url": _TEXT,
            "headers": {"type": "object", "additionalProperties": _TEXT},
        }),
        "destination": closed(host=_TEXT, port={"type": "integer"}, subset=_MAYBE, weight=_NUMBER),
        "authorization": closed(
            decision={"enum": ["allow", "deny", "unknown"]}, policy=_MAYBE, rule=_NUMBER
        ),
        "hop": closed(
            at={"enum": [direction.value for direction in Direction]}, workload=_TEXT,
            outcome={"enum": [*(outcome.value for outcome in Outcome), "aborted"]}, message=_TEXT, listener=_MAYBE,
            virtual_host=_MAYBE, route=_MAYBE, depth={"type": "integer"},
            decided_by={"type": "array", "items": {"$ref": "#/$defs/decided"}},
            considered={"type": "array", "items": {"$ref": "#/$defs/decided"}}, not_known=_MAYBE,
            abort={"anyOf": [{"$ref": "#/$defs/abort"}, {"type": "null"}]},
            delay={"anyOf": [{"$ref": "#/$defs/delay"}, {"type": "null"}]},
        ),
        "abort": closed(percent={"type": "number"}, status=_COUNT, grpc_status=_MAYBE),
        "delay": closed(percent={"type": "number"}, duration=_TEXT),
        "decided": closed(
            resource=closed(apiVersion=_TEXT, kind=_TEXT, namespace=_TEXT, name=_TEXT),
            location={"anyOf": [{"$ref": "#/$defs/location"}, {"type": "null"}]}, message=_TEXT,
        ),
        "location": closed(
            file=_TEXT, path=_TEXT, line=_COUNT, column=_COUNT, end_line=_COUNT, end_column=_COUNT
        ),
    }  # fmt: skip


def trace_schema() -> Schema:
    """Describe version 1 of the JSON of ``trace`` as JSON Schema 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:meshctl:schema:trace-v1",
        "title": "meshctl trace, version 1",
        **closed(
            version={"const": 1},
            traces={"type": "array", "items": {"$ref": "#/$defs/trace"}},
        ),
        "$defs": trace_definitions(),
    }
