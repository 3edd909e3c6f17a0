"""Finds the files that tests of operators compare with a cluster: they hold parts of objects.

Chainsaw's Test (chainsaw.kyverno.io/v1alpha1 and v1alpha2) names them in the operations `assert` and
`error`; kuttl goes by the name of the file, a number with `-assert` or `-errors`.
"""

import os
import re
from collections.abc import Container, Iterable, Iterator
from glob import has_magic
from pathlib import Path
from typing import Any

from meshctl.plain_objects import items, mapping
from meshctl.sources.documents import Document

_OPERATIONS = ("assert", "error")
_KUTTL = re.compile(r"\d+-(?:assert|errors)\.ya?ml")


def without_expectations(documents: list[Document], asked: Container[str]) -> list[Document]:
    """Leave out what nobody applies, unless its file is ``asked`` for: what tests wait for."""
    named = {path for document in documents for path in _named_by(document)}
    return [
        document
        for document in documents
        if document.file in asked
        or not (
            _KUTTL.fullmatch(os.path.basename(document.file))  # noqa: PTH119
            or (named and os.path.realpath(document.file) in named)
        )
    ]


def _named_by(document: Document) -> Iterator[str]:
    data = document.data
    if not isinstance(data, dict) or data.get("kind") != "Test":
        return
    if not str(data.get("apiVersion")).startswith("chainsaw.kyverno.io/"):
        return
    home = Path(document.file).parent
    for text in _files(items(mapping(data.get("spec")).get("steps"))):
        if not has_magic(text):
            yield os.path.realpath(home / text)
        elif not Path(text).is_absolute():
            yield from map(os.path.realpath, home.glob(text))


def _files(steps: Iterable[Any]) -> Iterator[str]:
    for step in steps:
        for operation in items(mapping(step).get("try")):
            for name in _OPERATIONS:
                text = mapping(mapping(operation).get(name)).get("file")
                if isinstance(text, str) and text and "\0" not in text:
                    yield text
