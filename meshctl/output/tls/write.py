"""Writes the answer of ``tls-check``: a table, JSON, Markdown or a page."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

from meshctl.inspect.tls.answer import TlsAnswer
from meshctl.inspect.tls.change import TlsChange
from meshctl.inspect.tls.failures import TlsFailure
from meshctl.inspect.tls.rows import TlsRow
from meshctl.mesh.security.tls_connection import ClientKind
from meshctl.output.as_json.arrays import write_array
from meshctl.output.data import data_of
from meshctl.output.lines import write_lines
from meshctl.output.table import write_table
from meshctl.output.tls.columns import (
    CHANGES,
    CONNECTIONS,
    change_cells,
    connection_cells,
    failure_lines,
    totals,
)
from meshctl.words import visible

FORMATS = ("table", "json", "markdown", "html")
ONLY = ("all", "conflict")
_BORDER = ("client", "server", "connections")
_SERVERS = {"none": "outside", "external": "external", "unknown": "unknown", "": "no endpoint"}
_FEW = 25
_FAILURES = 10


def write(
    output: str, answer: TlsAnswer, out: TextIO, *, only: str, everything: bool = False
) -> None:
    """Write rows and conflicts, or what files would change about them.

    Rows of a whole mesh are written where they are few, or with ``everything``; people get the
    conflicts, what happens at the border of the mesh, and the totals.
    """
    if output == "html":
        from meshctl.output.tls.html import write_page_of  # noqa: PLC0415 - for this format alone

        write_page_of(answer, only, out)
        return
    if output == "markdown":
        from meshctl.output.tls.markdown import write_comment  # noqa: PLC0415 - see above

        write_comment(answer, only, out)
        return
    if answer.changes is not None:
        _write_changes(answer, answer.changes, output, only, out)
        return
    shown = answer.rows if only == "all" else answer.rows.conflicts()
    if output == "json":
        _write_json((data_of(row.data) for row in shown), out)
        return
    is_listed = answer.is_narrow or everything or len(shown) <= _FEW
    if is_listed:
        write_table(CONNECTIONS, (connection_cells(row.data) for row in shown), out)
        _write_failures(answer.failures(), out)
    else:
        _write_digest(answer, out)
    write_lines(["", *totals(answer.rows).split("\n")], out)
    if not is_listed:
        write_lines(["--all lists the rows; name a workload or a host to see its own"], out)


def _write_digest(answer: TlsAnswer, out: TextIO) -> None:
    """Write the conflicts, each reason once, and who reaches whom how often."""
    failures = sorted(answer.failures(), key=lambda failure: -failure.number)
    for failure in failures[:_FAILURES]:
        write_lines([*map(visible, failure_lines(failure)), ""], out)
    if len(failures) > _FAILURES:
        more = sum(failure.number for failure in failures[_FAILURES:])
        out.write(f"and {more} conflicts for {len(failures) - _FAILURES} more reasons\n\n")
    write_table(_BORDER, _border(answer.rows.weighed()), out)


def _border(rows: Iterable[tuple[TlsRow, int]]) -> Iterator[tuple[object, ...]]:
    """Count what happens between clients and servers inside and outside the mesh."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row, number in rows:
        proxy = row.connection.upstream.client.proxy
        client = {ClientKind.NONE: "outside", ClientKind.UNKNOWN: "unknown"}.get(
            proxy, "in the mesh"
        )
        server = _SERVERS.get(row.line.server_mode or "", "in the mesh")
        counts.setdefault((client, server), Counter())[row.line.result] += number
    for (client, server), results in sorted(counts.items()):
        yield client, server, ", ".join(f"{n} {result}" for result, n in results.most_common())


def _write_changes(
    answer: TlsAnswer, changes: Sequence[TlsChange], output: str, only: str, out: TextIO
) -> None:
    changed = [
        change for change in changes
        if only == "all" or (change.after is not None and change.after.is_conflict)
    ]  # fmt: skip
    if output == "json":
        _write_json((data_of(tls_change) for tls_change in changed), out)
        return
    if not changed:
        out.write("The files change nothing about that.\n")
        return
    write_table(CHANGES, map(change_cells, changed), out)
    _write_failures(answer.failures_of(changed), out)


def _write_json(rows: Iterable[Any], out: TextIO) -> None:
    write_array(out, rows)
    out.write("\n")


def _write_failures(found: Sequence[TlsFailure], out: TextIO) -> None:
    if found:
        out.write("\nConflicts\n")
    for failure in found:
        write_lines(["", *map(visible, failure_lines(failure))], out)
