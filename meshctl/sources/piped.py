"""Tells the files of documents that helm or kustomize wrote to standard input.

Helm writes ``# Source:`` before each document; kustomize has an annotation for it, where
``buildMetadata: [originAnnotations]`` asks for it. Both name a file, and no line.
"""

import re
from typing import Any

from meshctl.sources.documents import Document, RelatedText, Written
from meshctl.sources.templates import TOP

ORIGIN = "config.kubernetes.io/origin"
_SOURCE = re.compile(r"^(?:---[^\n]*\n|[ \t]*\n)*# Source: ([^\s:][^\n]*)$", re.MULTILINE)
_PATH = re.compile(r"^path: *(\S.*)$", re.MULTILINE)


class PipedDocument(Document):
    """A document of standard input that names the file it was made of."""

    __slots__ = ("source",)

    def __init__(self, document: Document, source: str) -> None:
        """Keep the document and the file that it names."""
        super().__init__(
            document.file, document.first_line, document.text, document.data, document.placement
        )
        self.source = source

    def written(self, path: tuple[str | int, ...], *, key: bool = False) -> Written:
        """The file, with the line of the input as the related place."""
        here = RelatedText(self.file, self.span(path, key=key), "as it is in the input")
        return Written(self.source, TOP, (here,), "piped; only the file is known")


def with_source(document: Document) -> Document:
    """Give a document the file that it names, if it names one."""
    source = _source(document)
    return PipedDocument(document, source) if source else document


def _source(document: Document) -> str:
    found = _SOURCE.match(document.text)
    if found:
        return _tame(found[1])
    metadata = document.data.get("metadata") if isinstance(document.data, dict) else None
    annotations: Any = metadata.get("annotations") if isinstance(metadata, dict) else None
    text = annotations.get(ORIGIN) if isinstance(annotations, dict) else None
    path = _PATH.search(text) if isinstance(text, str) else None
    return _tame(path[1]) if path else ""


def _tame(path: str) -> str:
    """A path as a report may show it; empty for what is none."""
    text = path.strip()
    return text if text.isprintable() and not text.startswith(("/", "-")) else ""
