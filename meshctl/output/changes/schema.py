"""Describes the JSON of ``diff`` as JSON Schema."""

from meshctl.output.changes.form import VERSION
from meshctl.output.findings.schema import report_schema
from meshctl.output.json_schema import Schema, closed
from meshctl.output.trace.schema import trace_definitions

_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}


def diff_schema() -> Schema:
    """Describe version 1 of the JSON of ``diff`` as JSON Schema 2020-12."""
    trace = _ref("trace")
    request = _ref("request")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:meshctl:schema:diff-v1",
        "title": "meshctl diff, version 1",
        **closed(
            version={"const": VERSION},
            findings=closed(new=_many(_ref("finding")), gone=_many(_ref("finding"))),
            objects=_many(closed(
                resource=_TEXT, namespace=_TEXT, name=_TEXT,
                change={"enum": ["added", "changed", "removed"]},
            )),
            routes=_many(_ref("changed")),
            access=_many(closed(**{
                "client": _TEXT, "server": _TEXT, "request": request, "was": trace, "is": trace,
                "details": _many(_ref("value")),
            })),
            tls=_many(_ref("changed")),
            injection=_many(_ref("value")), listeners=_many(_ref("value")),
            hosts=_many(_ref("value")),
            order=_many(closed(message=_TEXT, first=_TEXT, then=_TEXT)),
            is_cut={"type": "boolean", "description": "Were there too many requests to try all?"},
        ),
        "$defs": {
            **trace_definitions(),
            "changed": closed(**{
                "client": _TEXT, "host": _TEXT, "witness": request, "was": trace, "is": trace,
                "details": _many(_ref("value")),
            }),
            "value": closed(**{"name": _TEXT, "was": _MAYBE, "is": _MAYBE}),
            "finding": {
                "type": "object",
                "description": "As in report-v1.json.",
                "required": report_schema()["$defs"]["finding"]["required"],
            },
        },
    }  # fmt: skip


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _many(items: Schema) -> Schema:
    return {"type": "array", "items": items}
