"""Loads the documents of the named paths, and what is wrong with their text."""

import gc
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TextIO

from meshctl.lazy_pattern import lazy_pattern
from meshctl.settings import Rendering
from meshctl.sources import files, workers
from meshctl.sources.documents import Document, Lines, Problem
from meshctl.sources.gitops import follow
from meshctl.sources.list_items import lost_items
from meshctl.sources.manifests import REFUSED, Part, is_manifest, parts
from meshctl.sources.piped import with_source
from meshctl.sources.placement import Gap
from meshctl.sources.templates import TOP
from meshctl.words import shortened, visible
from meshctl.yaml.notes import Note
from meshctl.yaml.parser import Parser
from meshctl.yaml.splitter import decode

if TYPE_CHECKING:
    from meshctl.sources.clusters import LoadedCluster
    from meshctl.sources.rendering.worlds import Render, World

PARALLEL_FROM = 250_000
"""Characters of text from which more processes pay: some 250 resources."""

_PROGRESS_STEP = 100
_LONGEST_LINE = 1_000
TEMPLATE = "helm-template"
_EXPECTED = lazy_pattern(r"\d-(?:assert|errors)\.ya?ml$")
_INSTALLING = frozenset({"Application", "ApplicationSet", "HelmRelease"})
"""The kinds of GitOps objects that install charts of a repository."""
_CONTROL = lazy_pattern(
    r"^[ \t]*\{\{-?[ \t]*(?:if|else|end|range|with|define|block|include|template)\b", re.MULTILINE
)
"""Actions on lines of their own."""


class Unread(NamedTuple):
    """A kind of object that a source has, but didn't show, and why.

    ``namespace`` is one of which its objects were read all the same.
    """

    group: str
    kind: str
    reason: str
    namespace: str = ""


class Loaded(NamedTuple):
    """What was read: the number of files, their documents in order, what is wrong with the text.

    ``worlds`` are alternatives that were rendered, each beside the documents; ``sources`` are the
    texts that rendered documents were made of. ``unread`` are the kinds of which objects may be missing. ``skipped`` counts the documents
    that are nobody's manifests: no ``apiVersion`` and no ``kind``; ``others`` are those of them, and
    the values of charts, where somebody asked for them. ``gaps`` are what stands there without its
    objects. ``broken`` counts the documents that a problem keeps from being analysed.
    """

    files: int
    documents: list[Document]
    problems: list[Problem]
    unread: tuple[Unread, ...] = ()
    skipped: int = 0
    gaps: tuple[Gap, ...] = ()
    broken: int = 0
    worlds: "tuple[World, ...]" = ()
    sources: tuple[Document, ...] = ()
    others: tuple[Document, ...] = ()
    clusters: "tuple[LoadedCluster, ...]" = ()
    """The clusters of the mesh, where they were named: the documents are applied in all of them."""
    notes: tuple[str, ...] = ()
    """What to say of how the input was read, as sentences."""


def load(
    paths: Sequence[str],
    *,
    stdin: TextIO | BinaryIO | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    rendering: Rendering | None = None,
    with_others: bool = False,
) -> Loaded:
    """Read files, directories, globs and ``-`` (stdin) into documents.

    Whatever is wrong with a text becomes a problem; only a named path that cannot be read raises
    ``InputError``. With ``rendering`` charts and kustomizations below named directories are
    rendered, too; ``with_others`` keeps what is no manifest. ``on_progress`` is told the documents
    parsed so far and their number.
    """
    with _collector_off():
        found = files.find(paths)
        documents: list[Document] = []
        problems = found.problems
        pieces = [part for file in found.files for part in read_parts(file, stdin, problems)]
        skipped = broken = 0
        others: list[tuple[Part, Any]] = []
        for done, (part, (data, notes)) in enumerate(zip(pieces, _parsed(pieces), strict=True), 1):
            document, faults = sort_part(part, data, [Note(*note) for note in notes])
            if faults is None:
                skipped += 1
                others.append((part, data))
            problems += faults or ()
            broken += document is None and bool(faults)
            if document is not None:
                documents.append(document)
            if on_progress and (done % _PROGRESS_STEP == 0 or done == len(pieces)):
                on_progress(done, len(pieces))
        loaded = complete(found, documents, skipped, paths, rendering, broken=broken)
        return loaded._replace(others=tuple(_others(others, found))) if with_others else loaded


def sort_part(
    part: Part, data: Any, notes: Sequence[Note]
) -> tuple[Document | None, list[Problem] | None]:
    """Tell what a part of a file is: its document if it has one, and what is wrong with it.

    The problems are ``None`` for what is nobody's manifest.
    """
    if part.file != files.STDIN and not is_manifest(part.text, data):
        return None, None
    document = _document(part, data) if data is not None and not part.is_dropped else None
    return document, [*_problems(part, notes)] if notes or part.notes else []


def complete(  # noqa: PLR0913, PLR0917 - what was read, and how the rest of it is made
    found: files.Found, documents: list[Document], skipped: int, paths: Sequence[str],
    rendering: Rendering | None, render: "Render | None" = None, *, broken: int = 0,
) -> Loaded:  # fmt: skip
    """Place the documents of the files that were found, and add what is rendered.

    ``found`` holds the problems; ``render`` may answer for a program that rendered it before.
    """
    applied = _applied(documents, found)
    skipped += len(documents) - len(applied)
    documents = applied
    gaps = (*found.gaps, *follow(documents))
    problems = [*found.problems, *(item for document in documents for item in lost_items(document))]
    loaded = Loaded(
        len(found.files), documents, problems, skipped=skipped, gaps=gaps, broken=broken,
        notes=_notes(found.ignored),
    )  # fmt: skip
    loaded = _without_templates(loaded)
    if rendering is None or rendering.mode == "never":
        return loaded
    return _rendered(loaded, paths, found, rendering, render)


def _applied(documents: list[Document], found: files.Found) -> list[Document]:
    """Leave out the parts of objects that tests wait for, unless their file is named."""
    if not any(one.data.get("kind") == "Test" or _EXPECTED.search(one.file) for one in documents):
        return documents
    from meshctl.sources.expectations import without_expectations  # noqa: PLC0415 - few have any

    return without_expectations(documents, {file.name for file in found.files if file.named})


def _notes(ignored: Sequence[str]) -> tuple[str, ...]:
    if not ignored:
        return ()
    return (f"{files.IGNORE_FILE} leaves out {shortened([visible(name) for name in ignored])}",)


def _rendered(
    loaded: Loaded, paths: Sequence[str], found: files.Found, rendering: Rendering,
    render: "Render | None",
) -> Loaded:  # fmt: skip
    """Add what charts and kustomizations hold, and drop the files that they are made of."""
    installs = any(str(one.data.get("kind")) in _INSTALLING for one in loaded.documents)
    if not found.charts and not found.kustomizations and not installs:
        return loaded
    from meshctl.sources.rendering.worlds import render_all  # noqa: PLC0415 - starts programs

    made = render_all(paths, found, loaded.documents, rendering, render)
    plain = [
        document
        for document in loaded.documents
        if os.path.realpath(document.file) not in made.covered
    ]
    return loaded._replace(
        documents=[*plain, *made.documents],
        problems=[*loaded.problems, *made.problems],
        gaps=tuple(gap for gap in loaded.gaps if gap.place not in made.closed),
        worlds=made.worlds,
        sources=made.sources,
        notes=(*loaded.notes, *made.notes),
    )


def _others(others: Sequence[tuple[Part, Any]], found: files.Found) -> Iterator[Document]:
    """Walk what is no manifest, and what charts say of themselves with their values."""
    yield from (_document(part, data) for part, data in others if isinstance(data, dict))
    for chart in map(Path, found.charts):
        names = [chart / "Chart.yaml", *sorted(chart.glob("values*.y*ml"))]
        for name in (*names, *sorted(chart.glob("ci/*values.y*ml"))):
            pieces = list(read_parts(files.File(str(name), named=False), None, []))
            for part, (data, _) in zip(pieces, _parse(pieces), strict=True):
                if isinstance(data, dict):
                    yield _document(part, data)


def _document(part: Part, data: Any) -> Document:
    document = Document(part.file, part.first_line, part.text, data, part.placement)
    return with_source(document) if part.file == files.STDIN else document


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


def read_parts(
    file: files.File, stdin: TextIO | BinaryIO | None, problems: list[Problem]
) -> Iterator[Part]:
    """Read a file and cut it into documents; a named file that holds none becomes a problem."""
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
    yield from cut(file, decode(content), problems)


def cut(file: files.File, text: str, problems: list[Problem]) -> Iterator[Part]:
    """Cut the text of a file into documents, as ``read_parts`` does."""
    empty = True
    has_control = "{{" in text and _CONTROL.search(text) is not None
    for part in parts(file.name, text):
        yield part._replace(placement=file.placement, has_control=has_control)
        empty = False
    if empty and file.named:
        problems.append(
            Problem(
                "empty-file", "this file holds no document; delete it, or fill it", file.name, TOP
            )
        )


def _parsed(pieces: Sequence[Part]) -> Iterator[tuple[Any, list[tuple[Any, ...]]]]:
    size = sum(len(part.text) for part in pieces)
    count = workers.available() if size >= PARALLEL_FROM else 1
    shares: list[list[Part]] = [[] for _ in range(count)]
    before = 0
    for part in pieces:
        shares[min(before * count // max(size, 1), count - 1)].append(part)  # it may be empty
        before += len(part.text)
    return workers.spread(_parse, shares)


def _parse(pieces: Sequence[Part]) -> Iterator[tuple[Any, list[tuple[Any, ...]]]]:
    parser = Parser(tells_json=True)
    for part in pieces:
        data, notes = parser.parse(part.text, part.first_line)
        yield data, [tuple(note) for note in notes]


def _problems(part: Part, notes: Sequence[Note]) -> Iterator[Problem]:
    """Place notes in their file, each on the line where it starts.

    What the YAML parser makes of a text that kubectl reads as JSON, or never sees, is no news.
    """
    from meshctl.masking.texts import masked_text  # noqa: PLC0415 - for problems alone
    from meshctl.masking.values import hidden  # noqa: PLC0415 - see above

    lines = Lines(part.text)
    masked = masked_text(part.text)
    shown_lines = Lines(masked)
    others = () if part.is_dropped else (n for n in notes if part.is_json or n.kind != REFUSED)
    for note in (*part.notes, *others):
        line_end = part.text.find("\n", note.start)
        end = note.end if line_end < 0 else min(note.end, line_end)
        span = lines.span(note.start, end, part.first_line)
        line = span.line - part.first_line
        shown = shown_lines.between(line, line)
        if len(shown[0]) > _LONGEST_LINE:
            shown = ()
        written = part.text[note.start : end]
        is_secret = masked[note.start : end] != written
        message = hidden(note.message, [written]) if is_secret else note.message
        spoils = note.kind == TEMPLATE and part.has_control
        yield Problem(note.kind, message, part.file, span, shown, spoils)


def _without_templates(loaded: Loaded) -> Loaded:
    """Leave out what is read of templates, and tell each file once.

    Where actions stand on lines of their own, as ``{{ if }}`` does, they may decide about all the
    other documents of the file; an action in a value spoils the document alone.
    """
    first: dict[str, Problem] = {}
    whole: set[str] = set()
    left_out = Counter[str]()
    for problem in loaded.problems:
        if problem.kind == TEMPLATE:
            first.setdefault(problem.file, problem)
            left_out[problem.file] += 1
            if problem.spoils_file:
                whole.add(problem.file)
    if not first:
        return loaded
    documents = [document for document in loaded.documents if document.file not in whole]
    left_out.update(one.file for one in loaded.documents if one.file in whole)
    return loaded._replace(
        documents=documents,
        problems=[
            _counting(problem, left_out[problem.file])
            for problem in loaded.problems
            if problem is first.get(problem.file)
            or (problem.kind != TEMPLATE and problem.file not in whole)
        ],
        broken=loaded.broken + len(loaded.documents) - len(documents),
    )


def _counting(problem: Problem, documents: int) -> Problem:
    if problem.kind != TEMPLATE or documents == 1:
        return problem
    said = f"{problem.message}; {documents} documents of this file are left out for it"
    return problem._replace(message=said)
