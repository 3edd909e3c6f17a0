"""Finds the files that tests of operators compare with a cluster: they hold parts of objects.

Chainsaw's Test (chainsaw.kyverno.io/v1alpha1 and v1alpha2) names them in the operations `assert` and
`error`; kuttl goes by the name of the file, a number with `-assert` or `-errors`.
"""

import os
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from fnmatch import filter as matching
from glob import has_magic
from typing import Any

from meshctl.plain_objects import items, mapping
from meshctl.sources.documents import Document

_OPERATIONS = ("assert", "error")
_KUTTL = re.compile(r"\d+-(?:assert|errors)\.ya?ml")


def without_expectations(documents: list[Document], asked: Container[str]) -> list[Document]:
    """Leave out what nobody applies, unless its file is ``asked`` for: what tests wait for."""
    real = {one.file: os.path.realpath(one.file) for one in documents}
    beside: dict[str, list[str]] = {}
    for path in dict.fromkeys(real.values()):
        beside.setdefault(os.path.dirname(path), []).append(path)  # noqa: PTH120
    named = {path for document in documents for path in _named_by(document, beside)}
    return [
        document
        for document in documents
        if document.file in asked
        or not (
            _KUTTL.fullmatch(os.path.basename(document.file))  # noqa: PTH119
            or real[document.file] in named
        )
    ]


def _named_by(document: Document, beside: Mapping[str, Sequence[str]]) -> Iterator[str]:
    data = document.data
    if not isinstance(data, dict) or data.get("kind") != "Test":
        return
    if not str(data.get("apiVersion")).startswith("chainsaw.kyverno.io/"):
        return
    home = os.path.dirname(os.path.realpath(document.file))  # noqa: PTH120
    for text in _files(items(mapping(data.get("spec")).get("steps"))):
        path = os.path.normpath(os.path.join(home, text))  # noqa: PTH118
        if has_magic(text):
            yield from matching(beside.get(os.path.dirname(path), ()), path)  # noqa: PTH120
        else:
            yield os.path.realpath(path)


def _files(steps: Iterable[Any]) -> Iterator[str]:
    for step in steps:
        for operation in items(mapping(step).get("try")):
            for name in _OPERATIONS:
                text = mapping(mapping(operation).get(name)).get("file")
                if isinstance(text, str) and text and "\0" not in text:
                    yield text
