"""Renders a Helm chart twice, plain and with marked lines, and maps each rendered line to its own.

The proof is built in: a line is mapped only where the marked output without its marks equals the
plain output. Documents and lines that differ fall back to the nearest line, or to their file.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from meshctl.sources.documents import Document, Problem, Span
from meshctl.sources.placement import Placement
from meshctl.sources.rendering import programs
from meshctl.sources.rendering.chart_lines import LineMaps, Piece, twins_of
from meshctl.sources.rendering.chart_marks import computed, mark, strip
from meshctl.sources.rendering.empty_values import STAND_IN, Filled, fill
from meshctl.sources.rendering.release import SECRET_VARIABLE, Release
from meshctl.sources.rendering.source_map import (
    Causes,
    Exactness,
    LineOrigins,
    RenderedDocument,
    SourceTexts,
)
from meshctl.sources.rendering.template_text import template_texts
from meshctl.sources.rendering.value_causes import ValueCauses
from meshctl.sources.templates import TOP
from meshctl.yaml.emitter import dumps
from meshctl.yaml.parser import Parser

API_VERSIONS = (
    "networking.istio.io/v1", "networking.istio.io/v1beta1", "networking.istio.io/v1alpha3",
    "security.istio.io/v1", "security.istio.io/v1beta1", "telemetry.istio.io/v1",
    "extensions.istio.io/v1alpha1", "gateway.networking.k8s.io/v1",
    "gateway.networking.k8s.io/v1beta1", "monitoring.coreos.com/v1", "cert-manager.io/v1",
)  # fmt: skip
"""What ``.Capabilities.APIVersions`` has in a cluster with a mesh, beside Kubernetes' own."""
KUBERNETES = "1.35.0"
"""A version that Istio 1.31 runs on; helm's own default is that of its release, or of its build."""
MAX_CHART_BYTES = 64_000_000
MAX_CHART_FILES = 20_000
_MOST_RETRIES = 8
_CALLING = ": error calling include: "
_ADVICE = "Use --debug flag to render out invalid YAML"
_SOURCE = re.compile(r"# Source: ([^\n]+)\n")
_AT = re.compile(r"\(([^()\s]+?):(\d+)(?::(\d+))?\)|(?<![\w./-])([\w./-]+\.(?:ya?ml|tpl)):(\d+)")
_ON = re.compile(r"\bon ([\w./-]+\.ya?ml):")
_TEST_HOOK = re.compile(r"^[ \t]*[\"']?helm\.sh/hook[\"']?:.*\btest", re.MULTILINE)
_KEY_AND_VALUE = re.compile(r"[^\s:]+:\s+[^\s|>&*{\[#].*")
_LINE = re.compile(r"\bon line (\d+)")
_TEMPLATES = (".yaml", ".yml", ".tpl")


class Rendered(NamedTuple):
    """Documents with their source maps, what went wrong, and the texts they were made of."""

    documents: list[Document]
    problems: list[Problem]
    sources: Sequence[Document] = ()
    failed: bool = False
    is_overlay: bool = False
    inputs: frozenset[str] = frozenset()
    """The real paths of the files that were put together."""
    left_empty: tuple[str, ...] = ()
    """The values of a chart that its own files leave to whoever installs it."""


class Helm:
    """The user's helm."""

    def __init__(self, program: str) -> None:
        self._program = program

    def render(self, release: Release, *, seconds: float = programs.SECONDS) -> Rendered:
        """Render a release; whatever is wrong with it becomes a problem."""
        if release.missing:
            lacks = f"its values are in {' and '.join(dict.fromkeys(release.missing))}, which the input hasn't got"
            return Rendered([], [_failure(release, lacks)], failed=True)
        with tempfile.TemporaryDirectory(prefix="meshctl-chart-") as scratch:
            copied = _copy(release.chart, Path(scratch) / "marked")
            if isinstance(copied, str):
                return Rendered([], [_failure(release, copied)], failed=True)
            texts = _template_texts(copied)
            files = sorted(texts)
            with ThreadPoolExecutor(1) as beside:  # both renders take as long as one
                waiting = beside.submit(
                    self.template, release, release.chart.absolute(), seconds=seconds
                )
                marked = self._marked(release, copied, files, texts, seconds, waiting)
                plain = waiting.result()
            if plain.failure:
                return Rendered([], [self._explain(release, plain)], failed=True)
            pieces = list(_split(plain.output.decode("utf-8", "replace")))
        shown = {name: os.path.join(release.shown, name) for name in files}  # noqa: PTH118
        sources = SourceTexts({shown[name]: text for name, text in texts.items()})
        causes = ValueCauses(release, partial(self.pieces, release)).of
        several = [shown[name] for name in files]
        return _documents(release, pieces, marked, files=several, texts=sources, causes=causes)

    def pieces(self, release: Release, more_values: str) -> dict[tuple[str, int], str] | None:
        """Render once more with a further file of values; ``None`` where that fails."""
        run = self.template(release, release.chart.absolute(), more_values=(more_values,))
        if run.failure:
            return None
        return dict(_numbered(_split(run.output.decode("utf-8", "replace"))))

    def template(
        self, release: Release, chart: Path, *, seconds: float = programs.SECONDS,
        more_values: Sequence[str] = (),
    ) -> programs.Run:  # fmt: skip
        """Run ``helm template`` on a chart or a copy of it."""
        with tempfile.TemporaryDirectory(prefix="meshctl-values-") as scratch:
            inline = []
            for number, values in enumerate(release.inline):
                file = Path(scratch, f"inline-{number}.yaml")
                file.write_text(dumps(values.data), encoding="utf-8")
                inline.append(str(file))
            files = (str(Path(name).absolute()) for name in release.values)
            return self._run(release, chart, (*files, *inline, *more_values), seconds)

    def _run(
        self, release: Release, chart: Path, values: Sequence[str], seconds: float
    ) -> programs.Run:
        command = [
            self._program, "template", release.name, str(chart), "--include-crds", "--skip-tests",
            "--kube-version", KUBERNETES,
            *(("--namespace", release.namespace) if release.namespace else ()),
            *(part for version in API_VERSIONS for part in ("--api-versions", version)),
            *(part for name in values for part in ("--values", name)),
            *(part for text in release.sets for part in ("--set", text)),
        ]  # fmt: skip
        return programs.run(command, str(chart), seconds=seconds)

    def _marked(  # noqa: PLR0913, PLR0917 - both renders
        self, release: Release, chart: Path, files: Sequence[str], texts: Mapping[str, str],
        seconds: float, plain: Future[programs.Run],
    ) -> list[Piece]:  # fmt: skip
        """Render with marks; a file whose marks break the chart is left out, and it is tried again.

        A chart that fails without marks, too, is not tried again.
        """
        left_out: set[str] = set()
        unmarked = computed(texts.values())
        for number, name in enumerate(files):
            (chart / name).write_text(mark(texts[name], number, unmarked), encoding="utf-8")
        for _ in range(_MOST_RETRIES):
            run = self.template(release, chart, seconds=seconds)
            if not run.failure:
                return list(_split(run.output.decode("utf-8", "replace")))
            if plain.result().failure:
                return []
            broken = _named_file(run.errors, files)
            if broken is None or broken in left_out:
                return []
            left_out.add(broken)
            (chart / broken).write_text(texts[broken], encoding="utf-8")
        return []

    def _explain(self, release: Release, run: programs.Run) -> Problem:
        said = run.errors.replace("Error: ", "", 1).replace(_ADVICE, "")
        reason = _once(" ".join(said.split())) or run.failure
        if not run.failure.startswith("ended"):
            reason = run.failure
        found = _AT.search(reason)
        where = _relative(found[1] or found[4]) if found else ""
        if found and where and (release.chart / where).is_file():
            line = int(found[2] or found[5])
            column = int(found[3] or 1)
            file = os.path.join(release.shown, where)  # noqa: PTH118
            return _failure(release, reason, file, Span(line, column, line, column))
        named = _ON.search(reason)
        where = _relative(named[1]) if named else ""
        if where and (release.chart / where).is_file():  # the line is of what was rendered
            return _failure(release, reason, os.path.join(release.shown, where))  # noqa: PTH118
        return _failure(release, reason)


def files_of(release: Release) -> Iterator[Path]:
    """List the files that a release is rendered of: those of the chart, and its values."""
    for directory, names, files in os.walk(release.chart):
        names.sort()
        yield from (Path(directory, name) for name in sorted(files))
    yield from map(Path, release.values)


def _once(reason: str) -> str:
    """A message of helm, without what it says of each template that the failing one is called by."""
    head, called, rest = reason.partition(_CALLING)
    cause = rest.rpartition(_CALLING)[2] if called else ""
    return f"{head}{called}{cause}"


def _failure(release: Release, reason: str, file: str = "", span: Span = TOP) -> Problem:
    file = file or os.path.join(release.shown, "Chart.yaml")  # noqa: PTH118
    message = (
        f"the chart {release.title} does not render, so nothing in it is checked: {reason[:500]}"
    )
    return Problem("chart-not-rendered", message, file, span)


def _copy(chart: Path, target: Path) -> Path | str:
    """Copy a chart; says why not for one that is too large or that reaches outside itself."""
    root = os.path.realpath(chart)
    size = count = 0
    for directory, names, files in os.walk(root):
        for name in (*names, *files):
            path = os.path.join(directory, name)  # noqa: PTH118
            if not os.path.realpath(path).startswith(root + os.sep):
                inside = os.path.relpath(path, root)
                return f"{inside} is a link to a place outside of the chart; copy what it needs"
            count += 1
        for name in files:
            path = os.path.join(directory, name)  # noqa: PTH118
            if not os.path.isfile(path):  # noqa: PTH113
                return f"{os.path.relpath(path, root)} is no ordinary file"
            size += os.path.getsize(path)  # noqa: PTH202
        if size > MAX_CHART_BYTES or count > MAX_CHART_FILES:
            return f"the chart has more than {MAX_CHART_BYTES:,} bytes or {MAX_CHART_FILES:,} files"
    shutil.copytree(root, target)
    return target


def _template_texts(chart: Path) -> dict[str, str]:
    """The templates of a chart and of the charts in it, by their path in the chart."""
    found = {}
    for path in sorted(chart.rglob("*")):
        inside = path.relative_to(chart).as_posix()
        if path.suffix in _TEMPLATES and "templates" in path.relative_to(chart).parts[:-1]:
            try:
                found[inside] = path.read_bytes().decode("utf-8")
            except (OSError, UnicodeDecodeError):
                continue
    return found


def _split(output: str) -> Iterator[Piece]:
    """Cut helm's output into documents with the path of their template in the chart."""
    source = ""
    for part in re.split(r"^---[ \t]*\n", output, flags=re.MULTILINE):
        text = part
        found = _SOURCE.match(text)
        if found:
            source, text = _relative(strip(found[1])), text[found.end() :]
        # Files below crds/ are written as they are, with one name for all of their documents.
        if source and text.strip() and not _TEST_HOOK.search(text):
            yield Piece(source, text)


def _numbered(pieces: Iterable[Piece]) -> Iterator[tuple[tuple[str, int], str]]:
    """Name each document by its template and its number among the documents of that."""
    counts: dict[str, int] = {}
    for piece in pieces:
        number = counts.get(piece.source, 0)
        counts[piece.source] = number + 1
        yield (piece.source, number), piece.text


def _relative(source: str) -> str:
    """The path in the chart: helm writes the name of the chart before it."""
    return source.partition("/")[2]


def _named_file(errors: str, files: Sequence[str]) -> str | None:
    for found in re.finditer(r"(?<![\w./-])[\w./-]+\.(?:ya?ml|tpl)", errors):
        name = _relative(found[0])
        if name in files:
            return name
    return None


def _says_the_same(text: str, line: int, message: str) -> bool:
    """Does a repeated key have the value that it has above? Helm takes it, and nothing differs."""
    found = _LINE.search(message)
    if found is None:
        return False
    lines = text.split("\n")
    one, other = (lines[number - 1].strip() for number in (line, int(found[1])))
    return one == other and _KEY_AND_VALUE.fullmatch(one) is not None


def _where(line_map: Sequence[LineOrigins], file: str, found: re.Match[str]) -> str:
    """Name a line of what was rendered as the one that people wrote."""
    number = min(int(found[1]), len(line_map))
    made_by = line_map[number - 1] if number else LineOrigins((), Exactness.FILE)
    if made_by.exactness is Exactness.FILE or not made_by.origins:
        return "on a line that is rendered above"
    origin = made_by.origins[0]
    return f"on line {origin.line}" + (f" of {origin.file}" if origin.file != file else "")


def _documents(  # noqa: PLR0913 - both renders, and what they were made of
    release: Release, plain: Sequence[Piece], marked: Sequence[Piece], *, files: Sequence[str],
    texts: SourceTexts, causes: Causes,
) -> Rendered:  # fmt: skip
    result = Rendered([], [], list(template_texts(texts.files)))
    hidden = frozenset(
        {
            *([STAND_IN] if release.is_guessed else []),
            *([SECRET_VARIABLE] if any(one.is_secret for one in release.inline) else []),
        }
    )
    placement = Placement(release.namespace, unit=release.title, variables=hidden)
    twins = twins_of(plain, marked)
    maps = LineMaps(files, texts)
    empty: set[str] = set()
    for (key, _), piece, twin in zip(_numbered(plain), plain, twins, strict=True):
        shown = os.path.join(release.shown, piece.source)  # noqa: PTH118
        line_map = maps.of(shown, piece.text, twin)
        filled = fill(piece.text, line_map, texts) if release.is_guessed else Filled(piece.text)
        data, notes = Parser(is_rendered=True).parse(filled.text, 1)
        if filled.names and notes:
            filled = Filled(piece.text)
            data, notes = Parser(is_rendered=True).parse(filled.text, 1)
        empty.update(filled.names)
        document = RenderedDocument(
            shown, filled.text, data, line_map, texts, "helm", key, causes, placement
        )
        if data is not None:
            result.documents.append(document)
        for fault in notes:
            line = filled.text.count("\n", 0, fault.start) + 1
            if fault.kind == "duplicate-key" and _says_the_same(filled.text, line, fault.message):
                continue
            origin = line_map[min(line, len(line_map)) - 1].origins[0]
            span = Span(origin.line, 1, origin.line, 1)
            said = _LINE.sub(partial(_where, line_map, origin.file), fault.message)
            result.problems.append(Problem(fault.kind, said, origin.file, span))
    return result._replace(left_empty=tuple(sorted(empty)))
