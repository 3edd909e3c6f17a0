"""Describes the JSON of ``diagnose`` as JSON Schema."""

from meshctl.output.diagnose.write import VERSION
from meshctl.output.findings.schema import report_schema
from meshctl.output.json_schema import Schema, closed
from meshctl.output.trace.schema import trace_definitions

_TEXT: Schema = {"type": "string"}


def diagnose_schema() -> Schema:
    """Describe version 1 of the JSON of ``diagnose`` as JSON Schema 2020-12."""
    finding: Schema = {
        "type": "object",
        "description": "As in report-v1.json.",
        "required": report_schema()["$defs"]["finding"]["required"],
    }
    cause = closed(
        title=_TEXT,
        state={"enum": ["confirmed", "ruled-out", "unknown"]},
        evidence={"type": "array", "items": finding},
        next={"type": "array", "items": _TEXT},
    )
    symptom = closed(id=_TEXT, title=_TEXT, causes={"type": "array", "items": cause})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:meshctl:schema:diagnose-v1",
        "title": "meshctl diagnose, version 1",
        **closed(
            version={"const": VERSION},
            symptoms={"type": "array", "items": symptom},
            trace={"anyOf": [{"$ref": "#/$defs/trace"}, {"type": "null"}]},
        ),
        "$defs": trace_definitions(),
    }
