"""Reads the schemas of a user's own CRDs."""

from collections.abc import Iterator
from typing import Any

from meshctl.errors import ConfigError
from meshctl.sources.documents import Document
from meshctl.sources.loader import load
from meshctl.validation.convert import convert, distinct, files
from meshctl.validation.faults import sentence
from meshctl.validation.user_forms import place
from meshctl.words import one_line, quoted

Schema = dict[str, Any]
Path = tuple[str | int, ...]


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
    found = [definition for document in loaded.documents for definition in _definitions(document)]
    if not found:
        message = (
            f"{path} holds no CustomResourceDefinition; "
            "`kubectl get crd -o yaml` writes those of a cluster"
        )
        raise ConfigError(message)
    for document, inside, crd in found:
        _check(document, inside, crd)
    return [crd for _, _, crd in found]


def _check(document: Document, inside: Path, crd: Schema) -> None:
    """Refuse a CRD that an API server would refuse: nothing could rely on its schemas.

    The checker of manifests looks first, and jsonschema where that finds something: it takes
    seconds for many CRDs. Versions of one body are checked as one.
    """
    from meshctl.validation.json_schema import metaschema_faults  # noqa: PLC0415 - slow
    from meshctl.validation.metaschema import crd_faults, quick_crd_faults  # noqa: PLC0415 - slow

    converted = (fault for schema in distinct(crd) for fault in metaschema_faults(schema))
    quick = next(quick_crd_faults(crd), None)
    fault = quick and next(crd_faults(crd), quick)
    at = place(document, (*inside, *fault.path), key=fault.key) if fault else document.file
    fault = fault or next(converted, None)
    if fault is not None:
        metadata = crd.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        message = f"{at}: CustomResourceDefinition {quoted(name)}: {one_line(sentence(fault))}"
        raise ConfigError(message)


def _definitions(document: Document, inside: Path = ()) -> Iterator[tuple[Document, Path, Schema]]:
    """Walk the definitions of a document, those in its lists too, each with its place."""
    data = document.data
    for step in inside:
        data = data[step]
    if not isinstance(data, dict):
        return
    if data.get("kind") == "CustomResourceDefinition":
        yield document, inside, data
    items = data.get("items")
    for index in range(len(items) if isinstance(items, list) else 0):
        yield from _definitions(document, (*inside, "items", index))
