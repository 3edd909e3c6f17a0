"""Describes the JSON of ``diff`` as JSON Schema."""

from meshctl.inspect.tls.rows import TlsLine
from meshctl.output.changes.form import VERSION
from meshctl.output.findings.schema import report_schema
from meshctl.output.json_schema import Schema, closed, described
from meshctl.output.trace.schema import trace_definitions

_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}


def diff_schema() -> Schema:
    """Describe version 1 of the JSON of ``diff`` as JSON Schema 2020-12."""
    rows: dict[str, Schema] = {}
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
            tls=_many(_changed_tls(rows)),
            injection=_many(_ref("value")), listeners=_many(_ref("value")),
            hosts=_many(_ref("value")),
            order=_many(closed(message=_TEXT, first=_TEXT, then=_TEXT)),
            is_cut={"type": "boolean", "description": "Were there too many requests to try all?"},
        ),
        "$defs": {
            **rows, **trace_definitions(),
            "changed": closed(**_changed()),
            "value": closed(**{"name": _TEXT, "was": _MAYBE, "is": _MAYBE}),
            "finding": {
                "type": "object",
                "description": "As in report-v1.json.",
                "required": report_schema()["$defs"]["finding"]["required"],
            },
        },
    }  # fmt: skip


def _changed() -> dict[str, Schema]:
    """Describe a request that is treated differently."""
    trace = _ref("trace")
    return {
        "client": _TEXT, "host": _TEXT, "witness": _ref("request"), "was": trace, "is": trace,
        "details": _many(_ref("value")),
    }  # fmt: skip


def _changed_tls(known: dict[str, Schema]) -> Schema:
    """Describe one that differs in TLS, with the rows of ``tls-check``, whose types get known."""
    row: Schema = {"anyOf": [described(TlsLine, known), {"type": "null"}]}
    return closed(**_changed(), rows=_many(closed(**{"was": row, "is": row})))


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _many(items: Schema) -> Schema:
    return {"type": "array", "items": items}
