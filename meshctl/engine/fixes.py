"""Applies the edits of findings to the files they are about, as far as they don't touch each other."""

import codecs
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
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


class TakenEdits:
    """Edits of findings that don't touch those of other findings, by file and in order."""

    def __init__(self) -> None:
        self.by_file: dict[str, list[FileEdit]] = {}

    def add(self, edits: Sequence[FileEdit]) -> bool:
        """Take all edits of a finding, or none where one touches an edit that is taken.

        Those of the finding itself may stand side by side where they add keys or items at one place.
        """
        ordered = sorted(edits, key=lambda edit: (edit.file, edit.start, edit.end))
        for file_edit, other in pairwise(ordered):
            if file_edit.touches(other) and not file_edit.is_added_beside(other):
                return False
        if any(map(self._is_touched_by, edits)):
            return False
        for edit in edits:
            insort(self.by_file.setdefault(edit.file, []), edit, key=_start)
        return True

    def _is_touched_by(self, edit: FileEdit) -> bool:
        """Compare with the neighbours: what lies further can't reach it without touching them."""
        taken = self.by_file.get(edit.file, [])
        place = bisect_right(taken, edit.start, key=_start)
        return any(map(edit.touches, taken[max(place - 1, 0) : place + 1]))


def fixes(findings: Iterable[LocatedFinding], *, unsafe: bool) -> Fixes:
    """Apply the edits of findings in their order; ``unsafe`` ones only where they are wanted.

    A file that is gone by now, or no UTF-8, is left alone.
    """
    taken = TakenEdits()
    read = cache(_read)
    mended: list[LocatedFinding] = []
    waiting: list[LocatedFinding] = []
    for found in findings:
        if found.edits and (unsafe or found.is_safe):
            is_read = all(read(edit.file) is not None for edit in found.edits)
            (mended if is_read and taken.add(found.edits) else waiting).append(found)
    files: list[FixedFile] = []
    broken: set[str] = set()
    for name, edits in taken.by_file.items():
        before = read(name) or ""
        after = applied(before, _in_text(before, edits))
        if _reads_like(before, after):
            files.append(FixedFile(name, before, after))
        else:
            broken.add(name)
    kept = [finding for finding in mended if broken.isdisjoint(edit.file for edit in finding.edits)]
    return Fixes(tuple(files), tuple(kept), tuple(waiting))


def _start(edit: FileEdit) -> tuple[int, int]:
    return edit.start


def _read(name: str) -> str | None:
    try:
        return read_bytes(name).decode()
    except (OSError, UnicodeDecodeError):
        return None


def _in_text(text: str, edits: Iterable[FileEdit]) -> Iterator[TextEdit]:
    """Count the characters of a text, its byte order mark with them."""
    lines = Lines(text.removeprefix(_BOM))
    ahead = len(text) - len(lines.text)
    for edit in edits:
        yield TextEdit(
            lines.offset(*edit.start) + ahead, lines.offset(*edit.end) + ahead, edit.text
        )


def _reads_like(before: str, after: str) -> bool:
    """Can as many documents be read as before, or in neither text all? Those that stay are read once."""
    if not _is_readable(before):
        return not all(map(_is_read, _parts(after)))
    was, now = _parts(before), _parts(after)
    changed = (part for part, other in zip(now, was, strict=False) if part != other)
    return len(was) == len(now) and all(map(_is_read, changed))


def _parts(text: str) -> list[str]:
    return [part for _, part in split(text.removeprefix(_BOM))]


@lru_cache(maxsize=2)  # many findings are about one file
def _is_readable(text: str) -> bool:
    return all(map(_is_read, _parts(text)))


def _is_read(part: str) -> bool:
    try:
        compose(part)
    except UnreadableError:
        return False
    return True
