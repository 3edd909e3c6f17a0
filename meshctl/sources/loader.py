"""Loads the documents of the named paths, and what is wrong with their text."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple, TextIO

from meshctl.sources import files, workers
from meshctl.sources.documents import Document, Lines, Problem
from meshctl.sources.templates import TOP
from meshctl.yaml.notes import Note
from meshctl.yaml.parser import Parser
from meshctl.yaml.splitter import decode, split

PARALLEL_FROM = 250_000
"""Characters of text from which more processes pay: some 250 resources."""

_PROGRESS_STEP = 100
_LONGEST_LINE = 1_000


class Unread(NamedTuple):
    """A kind of object that a source has, but didn't show, and why."""

    group: str
    kind: str
    reason: str


class Loaded(NamedTuple):
    """What was read: the number of files, their documents in order, what is wrong with the text.

    ``unread`` are the kinds of which objects may be missing.
    """

    files: int
    documents: list[Document]
    problems: list[Problem]
    unread: tuple[Unread, ...] = ()


class _DocumentText(NamedTuple):
    """The text of one document, not yet parsed."""

    file: str
    first_line: int
    text: str


def load(
    paths: Sequence[str],
    *,
    stdin: TextIO | BinaryIO | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Loaded:
    """Read files, directories, globs and ``-`` (stdin) into documents.

    Whatever is wrong with a text becomes a problem; only a named path that cannot be read raises
    ``InputError``. ``on_progress`` is told the documents parsed so far and their number.
    """
    with _collector_off():
        found = files.find(paths)
        documents: list[Document] = []
        problems = found.problems
        parts = [part for file in found.files for part in _parts(file, stdin, problems)]
        for done, (part, (data, notes)) in enumerate(zip(parts, _parsed(parts), strict=True), 1):
            if data is not None:
                documents.append(Document(part.file, part.first_line, part.text, data))
            if notes:
                problems += _problems(part, [Note(*note) for note in notes])
            if on_progress and (done % _PROGRESS_STEP == 0 or done == len(parts)):
                on_progress(done, len(parts))
        return _without_templates(Loaded(len(found.files), documents, problems))


@contextmanager
def _collector_off() -> Iterator[None]:
    """Keep the garbage collector from walking over the growing data, which has no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _parts(
    file: files.File, stdin: TextIO | BinaryIO | None, problems: list[Problem]
) -> Iterator[_DocumentText]:
    """Read a file and cut it into documents; a file that holds none becomes a problem."""
    try:
        content = files.read(file, stdin)
    except OSError as error:
        if file.named:
            raise files.unreadable_input(file.name, error) from None
        problems.append(files.unreadable(file.name, error))
        return
    if len(content) > files.MAX_BYTES:
        message = f"this file has more than {files.MAX_BYTES:,} bytes; split it"
        problems.append(Problem("document-too-large", message, file.name, TOP))
        return
    empty = True
    for first_line, text in split(decode(content)):
        yield _DocumentText(file.name, first_line, text)
        empty = False
    if empty:
        problems.append(
            Problem(
                "empty-file", "this file holds no document; delete it, or fill it", file.name, TOP
            )
        )


def _parsed(parts: Sequence[_DocumentText]) -> Iterator[tuple[Any, list[tuple[Any, ...]]]]:
    size = sum(len(part.text) for part in parts)
    count = workers.available() if size >= PARALLEL_FROM else 1
    shares: list[list[_DocumentText]] = [[] for _ in range(count)]
    before = 0
    for part in parts:
        shares[before * count // size].append(part)
        before += len(part.text)
    return workers.spread(_parse, shares)


def _parse(parts: Sequence[_DocumentText]) -> Iterator[tuple[Any, list[tuple[Any, ...]]]]:
    parser = Parser()
    for part in parts:
        data, notes = parser.parse(part.text, part.first_line)
        yield data, [tuple(note) for note in notes]


def _problems(part: _DocumentText, notes: Sequence[Note]) -> Iterator[Problem]:
    """Place notes in their file, each on the line where it starts."""
    lines = Lines(part.text)
    for note in notes:
        line_end = part.text.find("\n", note.start)
        end = note.end if line_end < 0 else min(note.end, line_end)
        span = lines.span(note.start, end, part.first_line)
        line = span.line - part.first_line
        shown = lines.between(line, line)
        if len(shown[0]) > _LONGEST_LINE:
            shown = ()
        yield Problem(note.kind, note.message, part.file, span, shown)


def _without_templates(loaded: Loaded) -> Loaded:
    """Drop all that was read from a file that is a template, but for its first problem."""
    first: dict[str, Problem] = {}
    for problem in loaded.problems:
        if problem.kind == "helm-template":
            first.setdefault(problem.file, problem)
    return Loaded(
        loaded.files,
        [document for document in loaded.documents if document.file not in first],
        [problem for problem in loaded.problems if first.get(problem.file, problem) is problem],
    )
