"""Cuts the source lines that show a place, and marks the place in them."""

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from meshctl.engine.report import Location
from meshctl.output.findings.wording import last_line
from meshctl.words import visible

WIDTH = 100
"""How many characters of a line are shown; minified JSON is one line of megabytes."""

_MARGIN = 13
"""What a row has beside its number and its text: indents, bars, and both marks of a cut."""

_LEAD = 30
"""How many characters stay before a span that lies beyond the width."""

_TALL = 6
"""A span over more lines than this is cut in its middle."""

_TAB = 4
_CUT = "..."


class FrameRow(NamedTuple):
    """One row of a code frame: a source line with its number, or a mark below one."""

    number: int | None
    text: str
    is_mark: bool


def code_frame(
    location: Location, context: int, mark: str = "^", width: int = WIDTH
) -> list[FrameRow]:
    """Show the lines of a location with ``context`` lines around it, and mark its span.

    Of each line at most ``width`` characters are shown.
    """
    source = _Source(location, width)
    first, last = location.line, source.last_line
    if source.line(first) is None:
        return []
    around = range(first - context, last + context + 1)
    if first == last:
        return list(_underlined(source, around, mark))
    return list(_bracketed(source, around, mark))


def width_for(columns: int | None, location: Location, context: int) -> int:
    """Say how many characters of a line fit into so many columns; without any, as usual."""
    if columns is None:
        return WIDTH
    gutter = len(str(last_line(location) + context))
    return max(_LEAD, min(WIDTH, columns - gutter - _MARGIN))


def gutter_width(rows: list[FrameRow]) -> int:
    """Say how many digits the largest line number of these rows has."""
    return max((len(str(row.number)) for row in rows if row.number), default=1)


def numbered(row: FrameRow, gutter: int) -> str:
    """Write a row with its number in a gutter of that many digits."""
    return f"{row.number or '':>{gutter}} | {row.text}".rstrip()


class _Source:
    """The lines of a frame, seen through a window that holds the start of the span."""

    def __init__(self, location: Location, width: int) -> None:
        self._width = width
        frame = location.frame
        self._first = frame.first_line if frame else 1
        self._lines = frame.lines if frame else ()
        self.span = location
        self.last_line = max(location.line, last_line(location))
        self.end_column = location.end_column
        if self.last_line < location.end_line:
            self.end_column = len(self.line(self.last_line) or "") + 1
        one_line = self.last_line == location.line
        reach = self.end_column - 1 if one_line else location.column
        lead = min(_LEAD, width // 3)
        self._start = 0 if reach <= width else max(0, location.column - 1 - lead)

    def line(self, number: int) -> str | None:
        """Give a line of the frame by its number."""
        index = number - self._first
        return self._lines[index].rstrip("\r\n") if 0 <= index < len(self._lines) else None

    def shown(self, number: int) -> str | None:
        """Give the part of a line that the window shows, with marks where it is cut."""
        line = self.line(number)
        if line is None:
            return None
        end = self._start + self._width
        before = _CUT if self._start and line and not line.isspace() else ""
        after = _CUT if len(line) > end else ""
        return f"{before}{_expanded(line[self._start : end])}{after}"

    def offset(self, number: int, column: int) -> int:
        """Say how many terminal cells are left of a column of a line."""
        line = (self.line(number) or "")[self._start : self._start + self._width]
        left = _expanded(line[: max(0, column - 1 - self._start)])
        return (len(_CUT) if self._start else 0) + _cells(left)


def _underlined(source: _Source, around: range, mark: str) -> Iterator[FrameRow]:
    line = source.span.line
    for number in around:
        text = source.shown(number)
        if text is None:
            continue
        yield FrameRow(number, text, is_mark=False)
        if number == line:
            start = source.offset(line, source.span.column)
            length = source.offset(line, source.end_column) - start
            yield FrameRow(None, " " * start + mark * max(1, length), is_mark=True)


def _bracketed(source: _Source, around: range, mark: str) -> Iterator[FrameRow]:
    first, last = source.span.line, source.last_line
    hidden = range(first + _TALL // 2, last - 1) if last - first >= _TALL else range(0)
    for number in around:
        text = source.shown(number)
        if number in hidden:
            if number == hidden.start:
                yield FrameRow(None, f"| {_CUT}", is_mark=True)
        elif text is not None:
            bar = "/" if number == first else "|" if first < number <= last else " "
            yield FrameRow(number, f"{bar} {text}", is_mark=False)
        if number == last:
            width = source.offset(last, max(1, source.end_column - 1))
            end = f"|_{'_' * width}{mark}" if text is not None else f"| {_CUT} to line {last}"
            yield FrameRow(None, end, is_mark=True)


def _expanded(text: str) -> str:
    if text.isprintable():
        return visible(text)
    cells = 0
    shown = []
    for char in text:
        cell = " " * (_TAB - cells % _TAB) if char == "\t" else visible(char)
        cells += _cells(cell)
        shown.append(cell)
    return visible("".join(shown))


def _cells(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_cell, text))


def _cell(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
