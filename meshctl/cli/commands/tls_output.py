"""Writes the rows of ``tls-check``."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import typer

from meshctl.inspect.tls import change as tls_change
from meshctl.inspect.tls import failures as tls_failures
from meshctl.inspect.tls import matrix as tls_matrix
from meshctl.inspect.tls import rows as tls_check
from meshctl.inspect.tls.rows import TlsRow, is_conflict
from meshctl.mesh import Mesh
from meshctl.output.table import write_markdown, write_table
from meshctl.output.wording import visible

FORMATS = ("table", "json", "markdown")


class Matrix(NamedTuple):
    """The namespaces whose matrix Markdown shows: one, or all that rows are about."""

    mesh: Mesh
    namespace: str | None

    def write(self, rows: Iterable[TlsRow]) -> None:
        """Write what happens inside, outside and across the border of the mesh."""
        every = [self.namespace] if self.namespace else self._namespaces(rows)
        for name in every:
            sys.stdout.write(f"### TLS in namespace {name}\n\n")
            matrix = tls_matrix.matrix(self.mesh, name)
            write_markdown(tls_matrix.COLUMNS, matrix, sys.stdout)
            sys.stdout.write("\n")

    def _namespaces(self, rows: Iterable[TlsRow]) -> list[str]:
        meant = set(map(_home, rows))
        return [name for name in tls_matrix.namespaces(self.mesh) if name in meant]


def write(rows: Sequence[TlsRow], output: str, only: str, matrix: Matrix) -> None:
    """Write the rows, and below them what the conflicts are about."""
    shown = [row for row in rows if only == "all" or is_conflict(row.data)]
    if output == "json":
        typer.echo(json.dumps([row.data for row in shown], indent=2))
        return
    if output == "markdown":
        matrix.write(rows)
        if matrix.namespace:
            shown = [row for row in shown if _home(row) == matrix.namespace]
    cells = (tls_check.cells(row.data) for row in shown)
    _table(tls_check.COLUMNS, cells, output)
    _write_failures(shown, output)


def _home(row: TlsRow) -> str:
    return row.connection.upstream.host.namespace


def write_changes(
    before: Iterable[TlsRow], after: Sequence[TlsRow], output: str, only: str
) -> None:
    """Write the connections that come out differently, with both results."""
    found = tls_change.changes((row.data for row in before), (row.data for row in after))
    changed = [
        each_tls_change for each_tls_change in found
        if only == "all" or (each_tls_change.after is not None and is_conflict(each_tls_change.after))
    ]  # fmt: skip
    if output == "json":
        typer.echo(json.dumps([each_tls_change._asdict() for each_tls_change in changed], indent=2))
        return
    if not changed:
        sys.stdout.write("The files change nothing about that.\n")
        return
    _table(tls_change.COLUMNS, map(tls_change.cells, changed), output)
    new = {id(each_tls_change.after) for each_tls_change in changed}
    _write_failures([row for row in after if id(row.data) in new], output)


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]], output: str) -> None:
    writer = write_markdown if output == "markdown" else write_table
    writer(columns, rows, sys.stdout)


def _write_failures(rows: Iterable[TlsRow], output: str) -> None:
    found = tls_failures.failures(rows)
    if found:
        sys.stdout.write("\n#### Conflicts\n\n" if output == "markdown" else "\nConflicts\n")
    for failure in found:
        lines = map(visible, tls_failures.lines(failure))
        text = "\n".join(lines)
        sys.stdout.write(f"```\n{text}\n```\n" if output == "markdown" else f"\n{text}\n")
