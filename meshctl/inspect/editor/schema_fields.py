"""Finds what the schema of a kind says of a path: the field, its keys, its allowed values."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from meshctl.resources.view import Path
from meshctl.validation.schemas import Schema, Schemas


class Field(NamedTuple):
    """A field of a schema, with the schema that its parts refer to."""

    schema: Schema
    root: Schema

    @property
    def text(self) -> str:
        """What it is for; empty where nobody said it."""
        return str(self.schema.get("description", ""))

    @property
    def type(self) -> str:
        """The types it takes, in words."""
        types = self.schema.get("type", "")
        several = [types] if isinstance(types, str) else [one for one in types if one != "null"]
        return " or ".join(one for one in several if one)

    @property
    def values(self) -> list[str]:
        """The values it allows, none where it doesn't list them."""
        if self.type == "boolean":
            return ["true", "false"]
        listed = [*self.schema.get("enum", ())]
        if "const" in self.schema:
            listed.append(self.schema["const"])
        return [str(one) for one in listed if one is not None]

    @property
    def is_deprecated(self) -> bool:
        """Is it marked as one that goes?"""
        return bool(self.schema.get("deprecated"))

    def fields(self) -> Iterator[tuple[str, "Field"]]:
        """Walk the fields below it."""
        for name, part in self.schema.get("properties", {}).items():
            yield name, Field(_resolved(part, self.root), self.root)


def field_at(schemas: Schemas, group: str, version: str, kind: str, path: Path) -> Field | None:
    """Find the field at a path of a kind; ``None`` where the schema knows none, or no such kind."""
    root = schemas.find(group, version, kind)
    if root is None:
        return None
    field = root
    for step in path:
        below = _below(field, step)
        if below is None:
            return None
        field = _resolved(below, root)
    return Field(field, root)


def _below(schema: Schema, step: str | int) -> Schema | None:
    if isinstance(step, int):
        items = schema.get("items")
        return items if isinstance(items, dict) else None
    found = schema.get("properties", {}).get(step)
    if found is None:
        found = schema.get("additionalProperties")
    return found if isinstance(found, dict) else None


def _resolved(schema: Schema, root: Schema) -> Schema:
    name = schema.get("$ref")
    if not isinstance(name, str):
        return schema
    found: Any = root.get("$defs", {}).get(name.rpartition("/")[2], {})
    own = {key: value for key, value in schema.items() if key != "$ref"}
    return {**found, **own}
