"""Applies the edits of findings to the files they are about, as far as they don't touch each other."""

import codecs
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from meshctl.engine.report import FileEdit, LocatedFinding
from meshctl.regular_files import read_bytes
from meshctl.sources.documents import Lines
from meshctl.yaml.notes import UnreadableError
from meshctl.yaml.reader import compose
from meshctl.yaml.splitter import split
from meshctl.yaml.text_edits import TextEdit, applied

_BOM = codecs.BOM_UTF8.decode()


class FixedFile(NamedTuple):
    """A file as it was and as it is to be, with its byte order mark."""

    name: str
    before: str
    after: str


class Fixes(NamedTuple):
    """The files that change, the findings that are mended, and those that have to wait.

    A finding waits for another round where its edits touch those of another one.
    """

    files: tuple[FixedFile, ...]
    mended: tuple[LocatedFinding, ...]
    waiting: tuple[LocatedFinding, ...]


def fixes(findings: Iterable[LocatedFinding], *, unsafe: bool) -> Fixes:
    """Apply the edits of findings in their order; ``unsafe`` ones only where they are wanted."""
    planned = _Plan()
    mended: list[LocatedFinding] = []
    waiting: list[LocatedFinding] = []
    for found in findings:
        if found.edits and (unsafe or found.is_safe):
            (mended if planned.add(found.edits) else waiting).append(found)
    files, broken = planned.files()
    kept = [one for one in mended if broken.isdisjoint(edit.file for edit in one.edits)]
    return Fixes(tuple(files), tuple(kept), tuple(waiting))


class _Plan:
    """Edits by file, as characters of its text."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._lines: dict[str, Lines] = {}
        self._edits: dict[str, list[TextEdit]] = {}

    def add(self, edits: Sequence[FileEdit]) -> bool:
        """Take all edits of a finding, or none where one touches an edit that is taken.

        A file that is gone by now, or no UTF-8, is left alone.
        """
        try:
            made = [(edit.file, self._in_text(edit)) for edit in edits]
        except (OSError, UnicodeDecodeError):
            return False
        for number, (file, edit) in enumerate(made):
            before = [other for name, other in made[:number] if name == file]
            if any(_touch(edit, other) for other in self._edits.get(file, ())):
                return False
            if any(_touch(edit, other) and not _insert(edit, other) for other in before):
                return False
        for file, edit in made:
            self._edits.setdefault(file, []).append(edit)
        return True

    def files(self) -> tuple[list[FixedFile], set[str]]:
        """Give the changed files, and the names of those that an edit would break."""
        found, broken = [], set()
        for name, edits in self._edits.items():
            before = self._texts[name]
            after = applied(before, edits)
            if _documents(before) == _documents(after):
                found.append(FixedFile(name, before, after))
            else:
                broken.add(name)
        return found, broken

    def _in_text(self, edit: FileEdit) -> TextEdit:
        if edit.file not in self._texts:
            self._texts[edit.file] = read_bytes(edit.file).decode()
            self._lines[edit.file] = Lines(self._texts[edit.file].removeprefix(_BOM))
        lines = self._lines[edit.file]
        ahead = len(self._texts[edit.file]) - len(lines.text)
        return TextEdit(
            lines.offset(edit.line, edit.column) + ahead,
            lines.offset(edit.end_line, edit.end_column) + ahead,
            edit.text,
        )


def _touch(edit: TextEdit, other: TextEdit) -> bool:
    return edit.start <= other.end and other.start <= edit.end


def _insert(edit: TextEdit, other: TextEdit) -> bool:
    """Do two edits of one finding add keys or items at one place, one behind the other?"""
    is_one_place = edit.start == edit.end == other.start == other.end
    return is_one_place and all(one.text.startswith(("\n", "\r\n", ",")) for one in (edit, other))


def _documents(text: str) -> int:
    """Count the documents that can be read; -1 where one can't."""
    count = 0
    for _, part in split(text.removeprefix(_BOM)):
        try:
            compose(part)
        except UnreadableError:
            return -1
        count += 1
    return count
