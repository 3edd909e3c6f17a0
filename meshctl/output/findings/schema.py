"""Defines the shape of the JSON report: the source of ``schemas/report-v1.json``.

``python -m meshctl.output.findings.schema > schemas/report-v1.json`` writes the file anew.
"""

import json
import sys
from typing import Any

from meshctl.output.findings.json_v1 import VERSION
from meshctl.rules.api import Severity

Schema = dict[str, Any]


def report_schema() -> Schema:
    """Describe version 1 of the JSON report as JSON Schema 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:meshctl:schema:report-v1",
        "title": "meshctl report, version 1",
        **_object(
            "What meshctl found in the resources it was given.",
            version={
                "const": VERSION,
                "description": "Version of this format; it changes only when readers would break.",
            },
            tool=_tool(),
            summary=_summary(),
            findings=_array("By file, line, column and rule.", _ref("finding")),
            not_checked=_array(
                "What rules could not know from this input: silence about it proves nothing.",
                _ref("not_checked"),
            ),
        ),
        "$defs": {
            "finding": _finding(),
            "resource": _resource(),
            "location": _location(),
            "related": _related(),
            "not_checked": _not_checked(),
            "rule": {
                "type": "string",
                "pattern": "^[a-z0-9-]+/[a-z0-9_-]+$",
                "description": "Id of a rule; `meshctl rule ID` explains it.",
            },
        },
    }


def _tool() -> Schema:
    return _object(
        "The program that wrote the report.",
        name={"const": "meshctl"},
        version=_text("Version of meshctl."),
    )


def _summary() -> Schema:
    return _object(
        "How much was analysed, and how much was found.",
        files=_count("Files that were read."),
        documents=_count("YAML or JSON documents in them."),
        resources=_count("Kubernetes objects in the documents."),
        errors=_count("Findings where traffic or security differs from what the text says."),
        warnings=_count("Findings where it probably differs."),
        infos=_count("Findings that only look odd."),
        ignored=_count("Findings left out because a comment, annotation or file says so."),
        skipped=_count("Documents left out because they are no Kubernetes manifests."),
        broken=_count("Documents left out because of a finding: they can't be read, or rendered."),
    )


def _finding() -> Schema:
    schema = _object(
        "One result of one rule.",
        rule=_ref("rule"),
        equivalents=_array(
            "Codes of the same check in istioctl (IST...) and Kiali (KIA...).", {"type": "string"}
        ),
        severity={
            "enum": [level.value for level in Severity],
            "description": "How sure and how bad it is.",
        },
        message=_text("The value found, what the mesh does with it, and what is allowed."),
        resource=_resource_or_null(),
        location=_ref("location"),
        related=_array("Other places that explain the finding.", _ref("related")),
        fix={
            "type": ["string", "null"],
            "description": "What to do: for this very finding where the rule knows, else in general.",
        },
        edits=_array("What mends the finding, all of it together; --fix does it.", _edit()),
        safe={
            "type": ["boolean", "null"],
            "description": "Are the edits right whatever the author wanted? null without edits.",
        },
    )
    clusters = _array("The clusters it holds in, where several are told apart.", {"type": "string"})
    page = _text("Where the page of the rule is, as `docs-url` of the config file says.")
    schema["properties"] |= {"clusters": clusters | {"minItems": 1}, "page": page}
    return schema


def _edit() -> Schema:
    return _object(
        "Characters of a file, and what takes their place.",
        file=_text("The file, as in a location."),
        line=_position("First line."),
        column=_position("First column."),
        end_line=_position("Last line."),
        end_column=_position("The column behind the last character."),
        text=_text("What stands there afterwards; empty to take them out."),
    )


def _resource() -> Schema:
    return _object(
        "A Kubernetes object.",
        apiVersion=_text("As written in the document."),
        kind=_text("As written in the document."),
        namespace=_text("The effective one; empty for a cluster-scoped object."),
        name=_text("As written in the document."),
    )


def _location() -> Schema:
    return _object(
        "A place in a file. Lines and columns count from 1; columns count Unicode code points.",
        file=_text("The file, as it was named on the command line or found below a directory."),
        line=_position("First line."),
        column=_position("First column."),
        end_line=_position("Last line."),
        end_column=_position("Column after the last character."),
        path=_text("Path of the field in the object, such as spec.hosts[0]; empty for all of it."),
    )


def _related() -> Schema:
    return _object(
        "A place that explains a finding.",
        message=_text("What this place has to do with the finding."),
        resource=_resource_or_null(),
        location=_ref("location"),
    )


def _not_checked() -> Schema:
    return _object(
        "A rule that could not know something.",
        rule={
            "anyOf": [_ref("rule"), {"const": "*"}],
            "description": "Id of the rule; * stands for every rule.",
        },
        reason=_text("What the input lacks."),
    )


def _resource_or_null() -> Schema:
    return {
        "anyOf": [_ref("resource"), {"type": "null"}],
        "description": "The object to look at; null where text is not an object.",
    }


def _object(description: str, **properties: Schema) -> Schema:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(description: str, items: Schema) -> Schema:
    return {"type": "array", "items": items, "description": description}


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


def _count(description: str) -> Schema:
    return {"type": "integer", "minimum": 0, "description": description}


def _position(description: str) -> Schema:
    return {"type": "integer", "minimum": 1, "description": description}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def schema_text() -> str:
    """Give the exact text of ``schemas/report-v1.json``."""
    return json.dumps(report_schema(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
