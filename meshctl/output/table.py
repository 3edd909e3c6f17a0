"""Lays rows out as a table for people."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from meshctl.masking.tokens import masked
from meshctl.output.markdown import escaped
from meshctl.output.terminal import width_of
from meshctl.words import visible

Table = tuple[Sequence[str], Iterable[Sequence[object]]]


def write_tables(tables: Iterable[Table], out: TextIO) -> None:
    """Write several tables, each with its column names, with an empty line between them."""
    for number, (columns, rows) in enumerate(tables):
        out.write("\n" if number else "")
        write_table(columns, rows, out)


def markdown_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Write the lines of a table of GitHub Flavored Markdown; nothing there shows as ``-``."""
    yield f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
    yield from map(markdown_row, rows)


def markdown_row(row: Sequence[object]) -> str:
    """Write one row of such a table."""
    texts = ("-" if cell in (None, "") else escaped(masked(str(cell))) for cell in row)
    return f"| {' | '.join(texts)} |\n"


def write_table(columns: Sequence[str], rows: Iterable[Sequence[object]], out: TextIO) -> None:
    """Write rows below their column names, padded; nothing there shows as ``-``.

    A terminal gets a table that fits it, and nothing for no row; everything else one line a row,
    however long.
    """
    texts = [
        ["-" if cell in (None, "") else visible(masked(str(cell))) for cell in row] for row in rows
    ]
    width = width_of(out)
    if width is not None and not texts:
        return
    if width is not None:
        from meshctl.output.drawing import draw_table  # noqa: PLC0415 - rich takes 40 ms

        draw_table(columns, texts, out, width)
        return
    texts = [[name.upper() for name in columns], *texts]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        line = "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        out.write(line.rstrip() + "\n")
