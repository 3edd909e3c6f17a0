"""Writes what ``migrate`` answers for programs, in the form of schemas/migrate-v1.json."""

from typing import Any

from meshctl.engine.locations import locate
from meshctl.engine.report import Location, ResourceId
from meshctl.inspect.migration.answer import Migrated
from meshctl.migrate.results import Made, Note, Row, Status
from meshctl.output.changes.form import comparison_form
from meshctl.output.changes.schema import diff_schema
from meshctl.output.json_schema import DRAFT, Schema, array, closed, described
from meshctl.resources.resource import UNKNOWN_NAMESPACE

VERSION = 1
_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer"}


def migration_form(found: Migrated) -> dict[str, Any]:
    """Write a migration for programs."""
    migration = found.migration
    return {
        "version": VERSION,
        "target": migration.target,
        "summary": {status.value: migration.count(status) for status in Status},
        "rows": [_row(row) for row in migration.rows],
        "unread": [
            {"file": problem.file, "line": problem.span.line, "message": problem.message}
            for problem in found.unread
        ],
        "not_modelled": list(found.unmodelled),
        "not_migrated": list(found.gaps),
        "comparison": comparison_form(found.comparison) if found.comparison is not None else None,
    }


def _row(row: Row) -> dict[str, Any]:
    resource = row.resource
    home = "" if resource.namespace == UNKNOWN_NAMESPACE else resource.namespace
    return {
        "from": {
            "resource": _identity(resource.api_version, resource.kind, home, resource.name),
            "location": locate(resource.at("kind")).form(),
        },
        "to": [_made(made) for made in row.to] or _stays(row, home),
        "status": row.status.value,
        "why": row.why,
        "notes": [_note(note) for note in row.notes],
    }


def _made(made: Made) -> dict[str, Any]:
    return _identity(str(made.data["apiVersion"]), made.kind, made.namespace, made.name)


def _stays(row: Row, home: str) -> list[dict[str, Any]]:
    if row.after is None:
        return []
    resource = row.resource
    return [_identity(str(row.after["apiVersion"]), resource.kind, home, resource.name)]


def _identity(version: str, kind: str, namespace: str, name: str) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "namespace": namespace, "name": name}


def _note(note: Note) -> dict[str, Any]:
    return {
        "status": note.status.value,
        "message": note.message,
        "instead": note.instead or None,
        "location": locate(note.ref).form(),
    }


def migration_schema() -> Schema:
    """Describe version 1 of the JSON of ``migrate`` as JSON Schema 2020-12."""
    known: dict[str, Schema] = {}
    location, resource = described(Location, known), described(ResourceId, known)
    status: Schema = {"enum": [status.value for status in Status]}
    diff = diff_schema()
    comparison = {key: diff[key] for key in ("type", "properties", "required")}
    note = closed(
        status=status, message=_TEXT, instead={"type": ["string", "null"]}, location=location
    )
    row = {
        "from": closed(resource=resource, location=location), "to": array(resource),
        "status": status, "why": _TEXT, "notes": array(note),
    }  # fmt: skip
    return {
        "$schema": DRAFT,
        "$id": "urn:meshctl:schema:migrate-v1",
        "title": "meshctl migrate, version 1",
        **closed(
            version={"const": VERSION}, target={"enum": ["current", "gateway-api"]},
            summary=closed(**{one.value: _NUMBER for one in Status}),
            rows=array(closed(**row)),
            unread=array(closed(file=_TEXT, line=_NUMBER, message=_TEXT)),
            not_modelled=array(_TEXT), not_migrated=array(_TEXT),
            comparison={"anyOf": [
                {**comparison, "additionalProperties": False}, {"type": "null"}
            ]},
        ),
        "$defs": {**diff["$defs"], **known},
    }  # fmt: skip
