"""Documents that a program made of other files, with the lines that people wrote.

Everything downstream asks for the place where something is written; a rendered document answers with
the file and line that its text came from, and with how sure that is.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from meshctl.masking.texts import masked_file
from meshctl.sources.documents import Comment, Document, Lines, RelatedText, Span, Written
from meshctl.sources.placement import UNKNOWN, Placement


class Exactness(StrEnum):
    """How sure it is that a line is the one that made a piece of output."""

    LINE = "line"
    """The output was made by this line."""
    NEAREST = "nearest line"
    """The nearest line above that is known."""
    FILE = "file"
    """Only the file is known."""


class Origin(NamedTuple):
    """A line that people wrote; ``line`` counts from 1. ``role`` says what it is for the output."""

    file: str
    line: int
    role: str


class LineOrigins(NamedTuple):
    """Where one rendered line comes from: the innermost place first, then who included it."""

    origins: tuple[Origin, ...]
    exactness: Exactness


Causes = Callable[["RenderedDocument", int], tuple[Origin, ...]]
"""Finds the values that a rendered line (from 1) depends on."""

_ROLES = {
    "template": "included from here",
    "helper": "included from here",
    "values": "this value decides it",
}


class SourceTexts:
    """The texts of the files that people wrote, each read once."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts
        self._lines: dict[str, Lines] = {}
        self._shown: dict[str, Lines] = {}

    def lines(self, file: str, first: int, last: int) -> tuple[str, ...]:
        """Lines of a file by number from 1, both ends included; empty for an unknown file."""
        known = self._lines.get(file)
        if known is None:
            known = self._lines[file] = Lines(self._texts.get(file, ""))
        return known.between(first - 1, last - 1)

    def shown(self, file: str, first: int, last: int) -> tuple[str, ...]:
        """Lines of a file for people, with stars for secrets."""
        known = self._shown.get(file)
        if known is None:
            known = self._shown[file] = Lines(masked_file(self._texts.get(file, "")))
        return known.between(first - 1, last - 1)

    @property
    def files(self) -> dict[str, str]:
        """All texts by the name of their file."""
        return self._texts


class RenderedDocument(Document):
    """A document that helm or kustomize wrote; ``file`` is the template or manifest it came from."""

    __slots__ = ("_causes", "_map", "_texts", "piece", "rendered_by")

    def __init__(  # noqa: PLR0913, PLR0917 - what every document has, and its map
        self, file: str, text: str, data: Any, line_map: Sequence[LineOrigins],
        texts: SourceTexts, rendered_by: str, piece: tuple[str, int] = ("", 0),
        causes: "Causes | None" = None, placement: Placement = UNKNOWN,
    ) -> None:  # fmt: skip
        """Keep its map; ``piece`` is its template and its number among the documents of that."""
        super().__init__(file, 1, text, data, placement)
        self.piece = piece
        self._causes = causes
        self._map = line_map
        self._texts = texts
        self.rendered_by = rendered_by

    def written(self, path: tuple[str | int, ...], *, key: bool = False) -> Written:
        """The place in the files of people, with the places that included it."""
        span = self.span(path, key=key)
        found = self._at(span.line)
        if not found.origins:
            return Written(self.file, Span(1, 1, 1, 1), (), self._note(Exactness.FILE))
        place, *others = found.origins
        related = tuple(
            RelatedText(origin.file, Span(origin.line, 1, origin.line, 1), _ROLES[origin.role])
            for origin in (*others, *self._values(span.line))
        )
        return Written(place.file, self._in_line(place, span), related, self._note(found.exactness))

    def comments(self) -> Iterator[Comment]:
        """None: those of the templates are read there."""
        return iter(())

    def source_lines(self, file: str, first: int, last: int) -> tuple[str, ...]:
        """The lines that people wrote, for a frame."""
        return self._texts.shown(file, max(first, 1), last)

    def _at(self, line: int) -> LineOrigins:
        if 0 < line <= len(self._map):
            return self._map[line - 1]
        return LineOrigins((), Exactness.FILE)

    def _values(self, line: int) -> tuple[Origin, ...]:
        return self._causes(self, line) if self._causes is not None else ()

    def _note(self, exactness: Exactness) -> str:
        if exactness is Exactness.LINE:
            return ""
        return f"rendered by {self.rendered_by}; the {exactness.value} is known"

    def _in_line(self, place: Origin, span: Span) -> Span:
        """Mark the value in the line that made it where it stands there once, else the line."""
        source = "".join(self._texts.lines(place.file, place.line, place.line))
        rendered = "".join(self.lines(span.line, span.line))
        end = span.end_column if span.end_line == span.line else len(rendered) + 1
        text = rendered[span.column - 1 : end - 1]
        if text and source.count(text) == 1:
            column = source.index(text) + 1
            return Span(place.line, column, place.line, column + len(text))
        column = len(source) - len(source.lstrip()) + 1
        return Span(place.line, column, place.line, max(len(source.rstrip()), column) + 1)
