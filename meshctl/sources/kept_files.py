"""Reads the same paths again and again: only texts that changed are parsed again.

Texts in editors win over files. What is read is what ``load`` reads of the same texts.
"""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from meshctl.settings import Rendering
from meshctl.sources import files
from meshctl.sources.documents import Document, Lines, Problem, Span
from meshctl.sources.loader import Loaded, complete, cut, read_parts, sort_part
from meshctl.sources.manifests import Part
from meshctl.sources.placement import Placement
from meshctl.yaml.notes import Note
from meshctl.yaml.parser import Parser

if TYPE_CHECKING:
    from meshctl.sources.rendering.charts import Rendered
    from meshctl.sources.rendering.worlds import Job

_SETTLED = 1_000_000_000
"""Nanoseconds after which a second change of a file surely has another time than the first."""

_ANCHOR = "&"
"""What a text has that may say something many times over, so that it isn't written out."""

_Stamp = tuple[object, ...]


class KeptFiles:
    """The files of some paths, with what was made of each while its text stays the same."""

    def __init__(self) -> None:
        self._found: files.Found | None = None
        self._real: dict[str, str] = {}
        """The real paths of the files, by their name, as they were when these were looked for."""
        self._unsaved: frozenset[str] = frozenset()
        self._files: dict[str, _KeptFile] = {}
        self._renders: dict[tuple[object, ...], tuple[_Stamp, Rendered]] = {}

    def forget_tree(self) -> None:
        """Look for files anew: some may have come, gone, or changed what others mean."""
        self._found = None

    def load(
        self, paths: Sequence[str], rendering: Rendering, buffers: Mapping[str, str]
    ) -> Loaded:
        """Read paths as ``load`` does; ``buffers`` are texts in editors, by the real path.

        Charts and kustomizations are rendered of what is on disk. Raises InputError as ``load`` does.
        """
        found = self._find(paths, buffers)
        documents: list[Document] = []
        skipped = broken = 0
        kept: dict[str, _KeptFile] = {}
        for file in found.files:
            kept_file = kept[file.name] = self._read(file, buffers)
            documents += kept_file.placed(file.placement)
            found.problems.extend(kept_file.problems)
            skipped += kept_file.skipped
            broken += kept_file.broken
        self._files = kept
        return complete(found, documents, skipped, paths, rendering, self._render, broken=broken)

    def load_text(self, name: str, text: str) -> Loaded:
        """Read one text as the file of a name, without the files beside it."""
        file = files.File(name, named=False)
        found = files.Found([file], [], [], [], [])
        kept_file = self._files[name] = _KeptFile(
            None, cut(file, text, []), [], self._files.get(name)
        )
        found.problems.extend(kept_file.problems)
        return complete(
            found,
            [*kept_file.placed(file.placement)],
            kept_file.skipped,
            (),
            None,
            broken=kept_file.broken,
        )

    def names(self) -> dict[str, str]:
        """The names of the files that were found last, by their real path."""
        return {path: name for name, path in self._real.items()}

    def _find(self, paths: Sequence[str], buffers: Mapping[str, str]) -> files.Found:
        unsaved = frozenset(buffers)
        if self._found is None or unsaved != self._unsaved:
            self._found, self._unsaved = files.find(paths, unsaved), unsaved
            self._real = {file.name: os.path.realpath(file.name) for file in self._found.files}
        return self._found._replace(problems=[*self._found.problems])

    def _read(self, file: files.File, buffers: Mapping[str, str]) -> "_KeptFile":
        text = buffers.get(self._real[file.name])
        stamp: _Stamp | None = (file.named, *_stamp_of(file.name)) if text is None else (text,)
        known = self._files.get(file.name)
        if known is not None and known.stamp == stamp:
            return known
        problems: list[Problem] = []
        parts = read_parts(file, None, problems) if text is None else cut(file, text, problems)
        return _KeptFile(stamp, parts, problems, known)

    def _render(self, job: "Job") -> "Rendered":
        """Give what a job gave before, while no file that it reads is another one."""
        stamp = tuple((str(path), *_stamp_of(path)) for path in job.inputs())
        known = self._renders.get((job.place, job.name))
        if known is not None and known[0] == (job.made_by, stamp):
            return known[1]
        result = job.render()
        self._renders[job.place, job.name] = ((job.made_by, stamp), result)
        return result


def _stamp_of(path: str | Path) -> _Stamp:
    """What tells that a file is still the same; of one that changed just now nothing does."""
    try:
        status = os.stat(path)  # noqa: PTH116 - paths are texts here
    except OSError as error:
        return (error.errno,)
    settled = time.time_ns() - status.st_mtime_ns > _SETTLED
    fresh = 0 if settled else time.monotonic_ns()
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_dev, fresh


class _Sheet:
    """What one document's text says, wherever it stands in its file."""

    __slots__ = ("data", "lines", "notes", "shown", "spans", "text")

    def __init__(self, part: Part, parser: Parser) -> None:
        self.text = part.text
        self.data, notes = parser.parse(part.text, part.first_line)
        self.notes = [Note(*note) for note in notes]
        self.lines: Lines | None = None
        self.shown: Lines | None = None
        self.spans: dict[tuple[tuple[str | int, ...], bool], Span] = {}


class KeptDocument(Document):
    """A document whose places are looked up once.

    It stays the same document while what it says does, wherever it stands and however it is
    written: comments, spaces and lines before it make no other one.
    """

    __slots__ = ("_sheet",)

    def __init__(self, document: Document, sheet: _Sheet) -> None:
        """Keep the document and what its text says."""
        super().__init__(document.file, document.first_line, document.text, document.data)
        self._sheet = sheet

    def stands(self, first_line: int, sheet: _Sheet) -> None:
        """Take over where it stands now, and the text that says the same."""
        self.first_line, self.text, self._sheet = first_line, sheet.text, sheet

    def span(self, path: tuple[str | int, ...], *, key: bool = False) -> Span:
        """Find a place as every document does; each is looked for once."""
        down = self.first_line - 1
        span = self._sheet.spans.get((path, key))
        if span is None:
            found = super().span(path, key=key)
            span = self._sheet.spans[path, key] = _moved(found, -down)
        return _moved(span, down)

    def shown(self) -> Lines:
        """Give its lines as every document does; what is secret in them is looked for once."""
        if self._sheet.shown is None:
            self._sheet.shown = super().shown()
        return self._sheet.shown

    def lines(self, first: int, last: int) -> tuple[str, ...]:
        """Give lines as every document does, without composing its nodes."""
        if self._sheet.lines is None:
            self._sheet.lines = Lines(self.text)
        return self._sheet.lines.between(first - self.first_line, last - self.first_line)


def _moved(span: Span, down: int) -> Span:
    return Span(span.line + down, span.column, span.end_line + down, span.end_column)


class _Piece(NamedTuple):
    part: Part
    sheet: _Sheet
    document: KeptDocument | None
    problems: list[Problem] | None


class _KeptFile:
    """A file's documents and problems; the pieces of ``before`` that are the same stay."""

    def __init__(
        self, stamp: _Stamp | None, parts: Iterable[Part], problems: list[Problem],
        before: "_KeptFile | None",
    ) -> None:  # fmt: skip
        known = _Known(before.pieces if before is not None else [])
        parser = Parser(tells_json=True)
        self.stamp = stamp
        self.pieces: list[_Piece] = [
            piece or _parsed(part, known, parser) for part, piece in known.of_same_texts(parts)
        ]
        self.problems = [*problems, *(p for piece in self.pieces for p in piece.problems or ())]
        self.skipped = sum(piece.problems is None for piece in self.pieces)
        self.broken = sum(bool(p.problems) and p.document is None for p in self.pieces)

    def placed(self, placement: Placement) -> Iterable[Document]:
        """Walk the documents, each as its file is applied."""
        for piece in self.pieces:
            if piece.document is not None:
                piece.document.placement = placement
                yield piece.document


class _Known:
    """The pieces that a file had, each to be taken once."""

    def __init__(self, pieces: Sequence[_Piece]) -> None:
        self._pieces = pieces
        self._by_data: dict[str, list[KeptDocument]] | None = None
        self._taken: set[int] = set()

    def of_same_texts(self, parts: Iterable[Part]) -> list[tuple[Part, _Piece | None]]:
        """Pair each part of the file with a piece of the same text, moved where it stands now."""
        by_text: dict[str, list[_Piece]] = {}
        for piece in reversed(self._pieces):
            by_text.setdefault(piece.part.text, []).append(piece)
        return [
            (bare, self._moved(bare, by_text.get(bare.text, [])))
            for bare in (part._replace(placement=Placement()) for part in parts)
        ]

    def _moved(self, part: Part, several: list[_Piece]) -> _Piece | None:
        if not several or (several[-1].sheet.notes and several[-1].part != part):
            return None  # notes name lines, which are others elsewhere in the file
        before = several.pop()
        self._taken.add(id(before))
        if before.part == part and before.document is not None:
            before.document.stands(part.first_line, before.sheet)
        return before if before.part == part else _sorted(part, before.sheet, before.document)

    def of_same_data(self, data: Any) -> KeptDocument | None:
        """Take the document of a piece that is left, and that says the same in another text."""
        if self._by_data is None:
            self._by_data = {}
            for piece in reversed(self._pieces):
                document = piece.document
                if id(piece) not in self._taken and document and _ANCHOR not in document.text:
                    self._by_data.setdefault(repr(document.data), []).append(document)
        several = self._by_data.get(repr(data)) if self._by_data else None
        return several.pop() if several else None


def _parsed(part: Part, known: _Known, parser: Parser) -> _Piece:
    sheet = _Sheet(part, parser)
    before = known.of_same_data(sheet.data) if _ANCHOR not in part.text else None
    return _sorted(part, sheet, before)


def _sorted(part: Part, sheet: _Sheet, before: KeptDocument | None) -> _Piece:
    """Make a piece of a part, with the document that said the same before if there is one."""
    document, problems = sort_part(part, sheet.data, sheet.notes)
    if document is None:
        return _Piece(part, sheet, None, problems)
    if before is None:
        return _Piece(part, sheet, KeptDocument(document, sheet), problems)
    before.stands(part.first_line, sheet)
    return _Piece(part, sheet, before, problems)
