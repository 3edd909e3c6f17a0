"""Maps each line of a rendered chart to the lines of templates that made it.

A marked line is mapped where it equals the plain one without its marks. A line without marks belongs
to the action that ends at the next mark, if nothing else can have written it; else the nearest mark
above stands for it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.sources.rendering.chart_marks import actions, marks_of, strip
from meshctl.sources.rendering.source_map import Exactness, LineOrigins, Origin, SourceTexts

_Mark = tuple[int, int]
_INCLUDES = re.compile(r"\b(?:include|template)\b")
_MOST_BETWEEN = 200


class Piece(NamedTuple):
    """A document that helm wrote, and the path of its template in the chart."""

    source: str
    text: str


def twins_of(plain: Sequence[Piece], marked: Sequence[Piece]) -> list[str | None]:
    """Find for each plain document the marked one: the same text, else the same place in its file."""
    by_text: dict[tuple[str, str], list[str]] = {}
    by_source: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for piece in marked:
        by_text.setdefault((piece.source, strip(piece.text)), []).append(piece.text)
        by_source.setdefault(piece.source, []).append(piece.text)
    found: list[str | None] = []
    for piece in plain:
        index = counts.get(piece.source, 0)
        counts[piece.source] = index + 1
        same = by_text.get((piece.source, piece.text))
        several = by_source.get(piece.source, [])
        if same:
            found.append(same.pop(0) if len(same) > 1 else same[0])
        else:
            found.append(several[index] if index < len(several) else None)
    return found


class LineMaps:
    """Makes the maps of the documents of one chart."""

    def __init__(self, files: Sequence[str], texts: SourceTexts) -> None:
        """Number the ``files`` as their marks do."""
        self._files = files
        self._texts = texts
        self._glues: dict[str, bool] = {}

    def of(self, file: str, plain: str, marked: str | None) -> list[LineOrigins]:
        """Map the lines of a document; ``file`` is what is known without marks."""
        lines = plain.split("\n")
        others = marked.split("\n") if marked is not None else []
        if len(others) != len(lines):
            others = lines
        marks = [
            marks_of(other) if strip(other) == line else []
            for line, other in zip(lines, others, strict=True)
        ]
        found: list[LineOrigins] = []
        last: list[_Mark] = []
        start = 0  # of the lines without marks that may be those of the next one
        for index, own in enumerate(marks):
            if own:
                if last and self._writes_alone(last, own):
                    origins = LineOrigins(tuple(self._origins(own)), Exactness.LINE)
                    found[start:] = [origins] * (index - start)
                last, start = own, index + 1
                found.append(LineOrigins(tuple(self._origins(own)), Exactness.LINE))
            elif last:
                if strip(others[index]) != lines[index]:
                    start = index + 1
                found.append(LineOrigins(tuple(self._origins(last)), Exactness.NEAREST))
            else:
                found.append(LineOrigins((Origin(file, 1, "template"),), Exactness.FILE))
        return found

    def _writes_alone(self, above: Sequence[_Mark], below: Sequence[_Mark]) -> bool:
        """Is a marked line one action without templates of its own, and all since the mark above silent?"""
        (number, line), (other, start) = below[-1], above[-1]
        if len(below) > 1 or number != other or not start < line <= start + _MOST_BETWEEN:
            return False
        file = self._files[number]
        if file not in self._glues:
            self._glues[file] = any(
                text.rstrip().endswith("-}}") and not _is_silent(text)
                for text in self._texts.files[file].split("\n")
            )
        *between, last = self._texts.lines(file, start + 1, line)
        return not self._glues[file] and all(map(_is_silent, between)) and _is_one_action(last)

    def _origins(self, marks: Sequence[_Mark]) -> Iterator[Origin]:
        for number, line in dict.fromkeys(marks):
            if number < len(self._files):
                file = self._files[number]
                yield Origin(file, line, "helper" if file.endswith(".tpl") else "template")


def _is_silent(line: str) -> bool:
    """Does a line of a template write nothing but blanks and comments?"""
    found = list(actions(line))
    outside = line
    for action in reversed(found):
        outside = outside[: action.start] + outside[action.end :]
    return all(action.is_control for action in found) and not outside.partition("#")[0].strip()


def _is_one_action(line: str) -> bool:
    """Does a line end with its only action, which takes its text from no other template?"""
    found = list(actions(line))
    if len(found) != 1:
        return False
    (action,) = found
    return (
        not action.is_control
        and not line[action.end :].strip()
        and _INCLUDES.search(action.text) is None
    )
