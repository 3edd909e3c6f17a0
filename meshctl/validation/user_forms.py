"""Reads files of our own forms that users bring, and refuses what their schema does."""

import json

from meshctl.errors import UsageError
from meshctl.package_data import shipped
from meshctl.regular_files import read_text
from meshctl.sources.documents import Document
from meshctl.validation.faults import sentence
from meshctl.validation.json_schema import faults
from meshctl.words import amount
from meshctl.yaml.notes import UnreadableError
from meshctl.yaml.reader import Reader


def read_form(path: str, schema: str) -> Document:
    """Read a YAML or JSON file and check it against a file of ``schemas/``.

    Raises UsageError with file, line and column of the first mistake, and the number of all.
    """
    try:
        text = read_text(path)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no text in UTF-8; save it as such") from None
    document = parsed(path, text)
    known = json.loads((shipped("schemas", "schemas") / schema).read_text(encoding="utf-8"))
    if found := list(faults(document.data, known)):
        first = found[0]
        more = f" ({amount(len(found), 'mistake')} in all)" if len(found) > 1 else ""
        at = place(document, first.path, key=first.key)
        raise UsageError(f"{at}: {sentence(first)}{more}")
    return document


def place(document: Document, path: tuple[str | int, ...], *, key: bool = False) -> str:
    """Name the place of a value as ``file:line:column``."""
    span = document.span(path, key=key)
    return f"{document.file}:{span.line}:{span.column}"


def parsed(path: str, text: str) -> Document:
    """Parse YAML that a user brings; raises UsageError with file, line and column of what is wrong."""
    try:
        data, notes = Reader().read(text)
    except UnreadableError as error:
        note = error.note
    else:
        if not notes:
            return Document(path, 1, text, data)
        note = notes[0]
    line = text.count("\n", 0, note.start) + 1
    column = note.start - text.rfind("\n", 0, note.start)
    raise UsageError(f"{path}:{line}:{column}: {note.message}")
