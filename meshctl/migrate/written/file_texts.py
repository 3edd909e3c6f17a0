"""Writes files as a migration leaves them: what isn't concerned stays byte for byte."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from meshctl.line_diff import patch
from meshctl.migrate.results import Made, Migration, Row, Status
from meshctl.migrate.written import headers
from meshctl.migrate.written.edits import edited
from meshctl.sources.documents import Document
from meshctl.sources.manifests import parts
from meshctl.yaml import comments as tokens
from meshctl.yaml import emitter as go_yaml

_BOM = "\ufeff"
_SEPARATOR = "---\n"
_EMPTY_LIST = {"apiVersion": "v1", "kind": "List", "items": []}


class MigratedFile(NamedTuple):
    """A file as it was and as it is to be.

    ``lost`` are comments that are gone, each with the first line of its document.
    """

    name: str
    before: str
    after: str
    lost: tuple[tuple[int, str], ...]

    def changes(self) -> Iterator[str]:
        """The lines of a unified diff that patches the very bytes."""
        return patch(self.name, self.before, self.after)


def file_texts(texts: Mapping[str, str], migration: Migration) -> list[MigratedFile]:
    """Write the files of a migration, by the names and texts that they have."""
    writer = _Writer(migration)
    return [writer.file(name, text) for name, text in texts.items()]


def _place(text: str, part: str, position: int) -> tuple[int, int]:
    """Find a document in its file, where a byte order mark may stand below its marker."""
    marker, newline, rest = part.partition("\n")
    forms = (part, f"{marker}{newline}{_BOM}{rest}")
    found = [(text.find(form, position), len(form)) for form in forms]
    start, length = min(place for place in found if place[0] >= 0)
    return start, start + length


class _Writer:
    """Writes files one after the other; an object that several share is written once."""

    def __init__(self, migration: Migration) -> None:
        self._rows: dict[tuple[str, int], list[Row]] = {}
        self._of_made: dict[int, list[Row]] = {}
        self._written: set[int] = set()
        for row in migration.rows:
            document = row.resource.document
            self._rows.setdefault((document.file, document.first_line), []).append(row)
            for made in row.to:
                self._of_made.setdefault(id(made), []).append(row)

    def file(self, name: str, text: str) -> MigratedFile:
        """Write one file."""
        mark = _BOM if text.startswith(_BOM) else ""
        text = text.removeprefix(_BOM)
        lost: list[tuple[int, str]] = []
        done: list[str] = []
        position = 0
        for part in parts(name, text):
            start, end = _place(text, part.text, position)
            done.append(text[position:start])
            position = end
            rows = self._rows.get((name, part.first_line), [])
            document = rows[0].resource.document if rows else None
            if document is None or part.is_dropped:
                done.append(text[start:end])
            else:
                _join(done, self._document(document, rows, lost))
        rest = text[position:]
        after = "".join([*done, rest])
        if after.strip() == "" and text.lstrip().startswith("{"):
            after = f"{json.dumps(_EMPTY_LIST)}\n"
        return MigratedFile(name, mark + text, mark + after, tuple(lost))

    def _document(
        self, document: Document, rows: Sequence[Row], lost: list[tuple[int, str]]
    ) -> str:
        """Write a document: what stays of it, then what takes the place of the rest."""
        writes = [row for row in rows if row.after is None or row.to]
        is_json = document.text.lstrip().startswith("{")
        new = (self._json if is_json else self._yaml)(document, writes)
        if "\r\n" in document.text:
            new = new.replace("\n", "\r\n")
        if any(row.after is None and not row.resource.prefix for row in rows):
            return new
        text = edited(document, rows)
        gone = tokens.lost(document.text, text)
        lost += [(document.first_line, comment) for comment in gone]
        if not writes:
            return text
        if not text.endswith("\n"):
            text += "\n"
        return f"{text}{new}" if is_json else f"{text}{_SEPARATOR}{new.removeprefix(_SEPARATOR)}"

    def _json(self, _document: Document, writes: Iterable[Row]) -> str:
        fresh = [made for row in writes for made in self._fresh(row)]
        return "".join(f"{json.dumps(made.data, indent=2, ensure_ascii=False)}\n" for made in fresh)

    def _yaml(self, document: Document, writes: Sequence[Row]) -> str:
        """Write the objects that take the place of others, each below where it came from."""
        lines: list[str] = ["---"] if document.text.startswith("---") else []
        is_alone = any(row.after is None and not row.resource.prefix for row in writes)
        if is_alone:
            lines += headers.kept_comments(document.text)
        for number, row in enumerate(writes):
            if number:
                lines.append("---")
            lines += self._row(row)
            if row.after is None and row.status is Status.IMPOSSIBLE:
                lines.append("# This is what it was:")
                lines += headers.commented_out(
                    document.text if is_alone else go_yaml.dumps(dict(row.resource.data))
                )
        return "\n".join([*lines, ""])

    def _row(self, row: Row) -> Iterator[str]:
        elsewhere = [made for made in row.to if id(made) in self._written]
        yield from headers.of_row(row, elsewhere)
        for number, made in enumerate(self._fresh(row)):
            if number:
                yield "---"
            yield from headers.above(made, self._of_made[id(made)])
            yield go_yaml.dumps(made.data).removesuffix("\n")

    def _fresh(self, row: Row) -> list[Made]:
        """The objects of a row that no earlier one has written."""
        fresh = [made for made in row.to if id(made) not in self._written]
        self._written.update(id(made) for made in fresh)
        return fresh


def _join(done: list[str], text: str) -> None:
    """Add a document, on a line of its own below a marker where the one before has none."""
    before = "".join(done[-2:])
    if text and before and not before.endswith("\n"):
        done.append("\n")
    done.append(text)
