"""Draws tables and screens with rich, which is imported for a terminal alone."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from meshctl.output.colour import wants_colour
from meshctl.output.terminal import hanging

_GAP = 2
_DOMAIN = ".svc.cluster.local"
_STYLES = {
    "conflict": "bold red", "error": "bold red", "ERROR": "bold red", "STALE": "bold yellow",
    "NOT SENT": "yellow", "several": "bold red", "not-injected": "yellow", "unknown": "yellow",
    "plaintext": "yellow", "no-endpoint": "yellow", "mtls": "green", "SYNCED": "green",
    "injected": "green", "yes": "green", "404": "yellow", "dropped": "red",
}  # fmt: skip


def draw_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], out: TextIO, width: int
) -> None:
    """Draw rows below their column names so that no word is broken.

    Cells fold between words. Of what is too wide even so, hosts lose the domain of the cluster, and
    what all rows have in common stands above the table; what doesn't fit then is stacked, one block
    a row.
    """
    needed = _needed(columns, rows)
    if not _fits(needed, width):
        whole, rows = rows, [[cell.replace(_DOMAIN, "") for cell in row] for row in rows]
        needed = _needed(columns, rows)
    if not _fits(needed, width):
        common = _common(rows)
        kept = [index for index in range(len(columns)) if index not in common]
        if not kept or not _fits([needed[index] for index in kept], width):
            _stack(columns, whole, out, width)
            return
        _stack(
            [""],
            [[f"{columns[i]}: {cell}"] for i, cell in common.items() if cell != "-"],
            out,
            width,
        )
        columns, needed = [columns[i] for i in kept], [needed[i] for i in kept]
        rows = [[row[index] for index in kept] for row in rows]
    from rich.table import Table

    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for name, least in zip(columns, needed, strict=True):
        table.add_column(name.upper(), min_width=least, overflow="fold")
    for cells in rows:
        table.add_row(*map(_cell, cells))
    _console(out, width).print(table)


def _needed(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column has to be so that no word of it is broken."""
    cells = zip(*rows, strict=True)
    return [
        max(map(_longest, (name, *column))) for name, column in zip(columns, cells, strict=True)
    ]


def _fits(needed: Sequence[int], width: int) -> bool:
    return sum(needed) + _GAP * (len(needed) - 1) <= width


def _common(rows: Sequence[Sequence[str]]) -> dict[int, str]:
    """The columns in which several rows say the same, and what that is."""
    if len(rows) == 1:
        return {index: cell for index, cell in enumerate(rows[0]) if cell == "-"}
    columns = enumerate(zip(*rows, strict=True))
    return {index: cells[0] for index, cells in columns if len(set(cells)) == 1}


@contextmanager
def live_screen(out: TextIO) -> Iterator[Callable[[str], None]]:
    """Take the whole terminal, and give what draws the next text on it."""
    from rich.live import Live
    from rich.text import Text

    console = _console(out, None)
    with Live(console=console, auto_refresh=False, screen=True, vertical_overflow="crop") as live:
        yield lambda text: live.update(Text.from_ansi(text), refresh=True)


@contextmanager
def progress_bar(work: str, out: TextIO) -> Iterator[Callable[[int, int], None]]:
    """Draw a bar with count and time left, which is gone in the end; give what moves it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeLeft()
    with Progress(*columns, console=_console(out, None), transient=True) as bar:
        task = bar.add_task(work, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def highlighted(lines: Sequence[str], out: TextIO) -> list[str]:
    """Colour lines of YAML as syntax; their text stays as it is."""
    from rich.syntax import Syntax

    text = Syntax("", "yaml", theme="ansi_dark").highlight("\n".join(lines))
    found = text.split("\n", allow_blank=True)[: len(lines)]
    if [one.plain for one in found] != list(lines):
        return list(lines)
    console = _console(out, None)
    return [_ansi(console, one) for one in found]


def draw_yaml(title: str, text: str, style: str, out: TextIO, width: int) -> None:
    """Draw a YAML text between two lines of a colour, so that it can be copied as it stands."""
    from rich.box import HORIZONTALS
    from rich.panel import Panel
    from rich.syntax import Syntax

    code = Syntax(
        text.rstrip(), "yaml", theme="ansi_dark", background_color="default", word_wrap=True
    )
    panel = Panel(
        code, HORIZONTALS, title=title, title_align="left", border_style=style, padding=(0, 0)
    )
    _console(out, width).print(panel)


def _ansi(console: Any, text: Any) -> str:
    with console.capture() as captured:
        console.print(text, end="", soft_wrap=True)
    return str(captured.get())


def _stack(columns: Sequence[str], rows: Sequence[Sequence[str]], out: TextIO, width: int) -> None:
    """Write each row as a block: its first cell, and below it the others with their names."""
    from rich.text import Text

    console = _console(out, width)
    for number, cells in enumerate(rows):
        out.write("\n" if number and len(columns) > 1 else "")
        lines = [_ansi(console, Text(cells[0], style="bold"))]
        for name, cell in zip(columns[1:], cells[1:], strict=True):
            if cell != "-":
                text = Text.assemble((f"{name}: ", "dim"), _cell(cell))
                lines.append(f"  {_ansi(console, text)}")
        out.writelines(f"{part}\n" for line in lines for part in hanging(line, width))


def _console(out: TextIO, width: int | None) -> Any:
    from rich.console import Console

    return Console(
        file=out, width=width, force_terminal=True, markup=False,
        color_system="auto" if wants_colour(out) else None,
        highlight=False, emoji=False, soft_wrap=False, legacy_windows=False,
    )  # fmt: skip


def _cell(text: str) -> Any:
    from rich.text import Text

    first = text.partition(" ")[0].rstrip(":,")
    return Text(text, style=_STYLES.get(text) or _STYLES.get(first, ""))


def _longest(text: str) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, text.split()), default=0)
