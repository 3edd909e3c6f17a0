"""Reads the schemas of a user's own CRDs."""

from typing import Any

from meshctl.errors import ConfigError
from meshctl.sources.loader import load
from meshctl.validation.convert import convert, files
from meshctl.words import one_line, quoted

Schema = dict[str, Any]


def read_crds(path: str) -> list[Schema]:
    """Read the schemas of every CRD in a file or directory, one for each served version.

    Raises InputError for a path that cannot be read and ConfigError where a text is broken or
    holds no CRD.
    """
    return [schema for crd in _crds(path) for schema in convert(crd)]


def schema_files(path: str) -> list[tuple[str, Schema]]:
    """Make the schema files of the CRDs in a file or directory, by name."""
    return list(files(_crds(path)))


def _crds(path: str) -> list[dict[str, Any]]:
    loaded = load([path])
    for problem in loaded.problems:
        message = f"cannot read the CRDs: {problem.file}:{problem.span.line}: {problem.message}"
        raise ConfigError(message)
    documents = [document.data for document in loaded.documents if isinstance(document.data, dict)]
    listed = [item for document in documents for item in _items(document)]
    found = [
        document
        for document in (*documents, *listed)
        if document.get("kind") == "CustomResourceDefinition"
    ]
    if not found:
        message = (
            f"{path} holds no CustomResourceDefinition; "
            "`kubectl get crd -o yaml` writes those of a cluster"
        )
        raise ConfigError(message)
    for crd in found:
        _check(crd, path)
    return found


def _check(crd: dict[str, Any], path: str) -> None:
    """Refuse a CRD that an API server would refuse: nothing could rely on its schemas."""
    from meshctl.validation.metaschema import crd_mistakes, schema_mistakes  # noqa: PLC0415 - slow

    mistakes = crd_mistakes(crd)
    converted = (mistake for schema in convert(crd) for mistake in schema_mistakes(schema))
    mistake = next(mistakes, None) or next(converted, None)
    if mistake is not None:
        metadata = crd.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        raise ConfigError(f"{path}: CustomResourceDefinition {quoted(name)}: {one_line(mistake)}")


def _items(document: dict[str, Any]) -> list[dict[str, Any]]:
    items = document.get("items")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
