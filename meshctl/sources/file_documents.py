"""Reads the documents of one small file beside the input: a kustomization, a patch, values."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from meshctl.regular_files import read_bytes
from meshctl.sources.documents import Document
from meshctl.yaml.parser import MAX_CHARACTERS, Parser
from meshctl.yaml.splitter import decode, split


def documents_in(file: str | Path, shown: str = "") -> Iterator[Document]:
    """Walk the documents of a file; what is wrong with its text is for who reads it as input.

    ``shown`` is how people name the file. Raises OSError when the first document is asked for.
    """
    text = decode(read_bytes(file, MAX_CHARACTERS))
    yield from documents_of(text, shown or str(file))


def documents_of(text: str, file: str = "") -> Iterator[Document]:
    """Walk the documents of a text; one that cannot be read has no data."""
    for first_line, part in split(text):
        data, _ = Parser().parse(part, first_line)
        yield Document(file, first_line, part, data)


def has_alias_bomb(file: str | Path) -> bool:
    """Do aliases blow a document of a file up? What isn't read as such has none."""
    try:
        text = decode(read_bytes(file, MAX_CHARACTERS))
    except OSError:
        return False
    if "&" not in text or "*" not in text:
        return False
    notes = (note for line, part in split(text) for note in Parser().parse(part, line)[1])
    return any(note.kind == "alias-bomb" for note in notes)


def mappings(documents: Iterable[Document]) -> Iterator[dict[str, Any]]:
    """Walk the data of documents that hold a mapping."""
    return (document.data for document in documents if isinstance(document.data, dict))


def mapping_in(file: str | Path) -> dict[str, Any]:
    """The first mapping of a file; empty where there is none, or no file that can be read."""
    try:
        return next(mappings(documents_in(file)), {})
    except OSError:
        return {}
