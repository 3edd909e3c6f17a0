"""Gives schemas as files: one a kind with one for a whole folder, and those of our own forms."""

import json
from collections.abc import Iterator

from meshctl.output.json_schema import DRAFT
from meshctl.package_data import shipped
from meshctl.validation.deprecated_fields import MarkedSchemas
from meshctl.validation.schemas import Schema, file_name

FOLDER = "all.json"
"""The schema that an editor binds to a folder: it chooses by ``apiVersion`` and ``kind``."""


def folder_schemas() -> Iterator[tuple[str, Schema]]:
    """Walk the schemas of all kinds by the names of their files, and the one that chooses.

    What is deprecated is marked, as JSON Schema 2020-12 does it.
    """
    schemas = MarkedSchemas()
    choices = []
    for group, version, kind in schemas.kinds():
        schema = schemas.find(group, version, kind)
        if schema is not None:
            name = file_name(group, version, kind)
            yield name, schema
            api_version = f"{group}/{version}" if group else version
            choices.append(_choice(api_version, kind, name))
    yield (
        FOLDER,
        {
            "$schema": DRAFT,
            "title": "Objects of Istio, by their kind",
            "type": ["object", "null"],
            "allOf": choices,
        },
    )


def _choice(api_version: str, kind: str, name: str) -> Schema:
    properties = {"apiVersion": {"const": api_version}, "kind": {"const": kind}}
    condition = {"type": "object", "required": ["apiVersion", "kind"], "properties": properties}
    return {"if": condition, "then": {"$ref": name}}


def form_names() -> list[str]:
    """Name the forms of ours that have a schema: ``report``, ``config`` and the answers."""
    return sorted(map(_name, _files()))


def form_schema(name: str) -> str | None:
    """Give the text of the schema of one of our own forms; ``None`` for another name."""
    for file in _files():
        if _name(file) == name:
            return (shipped("schemas", "schemas") / file).read_text(encoding="utf-8")
    return None


def _files() -> list[str]:
    return [file.name for file in shipped("schemas", "schemas").glob("*.json")]


def _name(file: str) -> str:
    return file.removesuffix(".json").removesuffix("-v1").removeprefix("meshctl-")


def text_of(schema: Schema) -> str:
    """Write a schema as a file holds it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
