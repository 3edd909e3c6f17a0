"""Draws tables and screens with rich, which is imported for a terminal alone."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from meshctl.output.colour import wants_colour

_GAP = 2
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

    Cells fold between words; what is too wide even so is stacked, one block a row.
    """
    needed = [
        max(map(_longest, (name, *cells)))
        for name, cells in zip(columns, zip(*rows, strict=True), strict=True)
    ]
    if sum(needed) + _GAP * (len(columns) - 1) > width:
        _stack(columns, rows, out, width)
        return
    from rich.table import Table

    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for name, least in zip(columns, needed, strict=True):
        table.add_column(name.upper(), min_width=least, overflow="fold")
    for cells in rows:
        table.add_row(*map(_cell, cells))
    _console(out, width).print(table)


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
    from rich.padding import Padding
    from rich.text import Text

    console = _console(out, width)
    for number, cells in enumerate(rows):
        if number:
            console.print()
        console.print(Text(cells[0], style="bold", overflow="ignore", no_wrap=True))
        for name, cell in zip(columns[1:], cells[1:], strict=True):
            if cell != "-":
                line = Text.assemble((f"{name}: ", "dim"), _cell(cell))
                line.overflow = "ignore"
                console.print(Padding(line, (0, 0, 0, 2)))


def _console(out: TextIO, width: int | None) -> Any:
    from rich.console import Console

    return Console(
        file=out, width=width, force_terminal=True, no_color=not wants_colour(out), markup=False,
        highlight=False, emoji=False, soft_wrap=False, legacy_windows=False,
    )  # fmt: skip


def _cell(text: str) -> Any:
    from rich.text import Text

    first = text.partition(" ")[0].rstrip(":,")
    return Text(text, style=_STYLES.get(text) or _STYLES.get(first, ""))


def _longest(text: str) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, text.split()), default=0)
