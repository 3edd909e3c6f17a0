"""Turns places between ours (lines and characters from 1) and those of a client.

A client counts lines from 0, and characters in UTF-16 units unless it agreed on UTF-8 or UTF-32
(LSP 3.17, ``general.positionEncodings``).
"""

from lsprotocol import types

from meshctl.engine.report import Location
from meshctl.sources.documents import Span

Encoding = types.PositionEncodingKind | str


def units(text: str, encoding: Encoding) -> int:
    """Count the units that a client takes for a text."""
    if text.isascii() or encoding == types.PositionEncodingKind.Utf32:
        return len(text)
    if encoding == types.PositionEncodingKind.Utf8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(letter > "\uffff" for letter in text)


def characters(line: str, count: int, encoding: Encoding) -> int:
    """Count the characters of a line that so many units of a client are, at most all."""
    if line.isascii() or encoding == types.PositionEncodingKind.Utf32:
        return min(count, len(line))
    used = 0
    for number, letter in enumerate(line):
        if used >= count:
            return number
        used += units(letter, encoding)
    return len(line)


def position(line: int, character: int, text: str, encoding: Encoding) -> types.Position:
    """Name a place, both counted from 0, in a line whose text is known."""
    return types.Position(line, units(text[:character], encoding))


def range_of(span: Span | Location, lines: "LinesOf", encoding: Encoding) -> types.Range:
    """Name the range of a span whose lines ``lines`` gives by their number from 1."""
    last = span.end_line - 1
    return types.Range(
        position(span.line - 1, span.column - 1, lines(span.line), encoding),
        position(last, span.end_column - 1, lines(span.end_line), encoding),
    )


class LinesOf:
    """The lines of one file by their number from 1; beyond its end they are empty."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")

    def __call__(self, number: int) -> str:
        """Give a line without its end."""
        if not 0 < number <= len(self._lines):
            return ""
        return self._lines[number - 1].removesuffix("\r")

    def __len__(self) -> int:
        return len(self._lines)
