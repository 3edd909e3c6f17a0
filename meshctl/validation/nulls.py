"""Drops the nulls that the API server drops before CEL rules and the webhook.

Mirrors PruneNonNullableNullsWithoutDefaults, k8s.io/apiextensions-apiserver
pkg/apiserver/schema/defaulting/prune.go (1.34): those of fields and entries that may not be null.
"""

from typing import Any

Schema = dict[str, Any]


def has_null(value: Any) -> bool:
    """Is there a null anywhere in a value?"""
    for item in value.values() if type(value) is dict else value if type(value) is list else ():
        kind = type(item)
        if item is None or ((kind is dict or kind is list) and has_null(item)):
            return True
    return False


def without_nulls(value: Any, schema: Schema, definitions: Schema) -> Any:
    """Copy a value that fits a schema without the nulls that count as not written."""
    if isinstance(value, list):
        items = _resolve(schema.get("items"), definitions)
        return [without_nulls(item, items, definitions) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, item in value.items():
        part = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
        part = _resolve(part, definitions)
        if item is not None or "type" not in part or "null" in part["type"]:
            kept[key] = without_nulls(item, part, definitions)
    return kept


def _resolve(schema: Any, definitions: Schema) -> Schema:
    if not isinstance(schema, dict):
        return {}
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    resolved: Schema = definitions[name] if name else schema
    return resolved
