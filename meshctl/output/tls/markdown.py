"""Writes what ``tls-check`` answers as a comment for a pull request: totals, conflicts, rows folded."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TextIO

from meshctl.inspect.tls.answer import TlsAnswer
from meshctl.inspect.tls.failures import TlsFailure
from meshctl.output.markdown import Limited, escaped, fenced
from meshctl.output.table import markdown_row, markdown_rows
from meshctl.output.tls.columns import (
    CHANGES,
    CONNECTIONS,
    MATRIX,
    change_cells,
    connection_cells,
    failure_lines,
    totals,
)
from meshctl.words import amount, visible

_CONFLICTS, _MATRICES, _ENDS = 20_000, 15_000, 600
"""Bytes of each part; the rows take what is left, but for the ends."""


def write_comment(answer: TlsAnswer, only: str, out: TextIO) -> None:
    """Write the comment; what doesn't fit is counted, conflicts come before everything."""
    comment = Limited(out)
    first, *reasons = totals(answer.rows).split("\n")
    comment.write(f"### meshctl tls-check: {escaped(first)}\n")
    comment.write("".join(f"\n{escaped(reason)}\n" for reason in reasons))
    if answer.changes is not None:
        changed = [
            change for change in answer.changes
            if only == "all" or (change.after is not None and change.after.is_conflict)
        ]  # fmt: skip
        _conflicts(answer.failures_of(changed), comment)
        if not changed:
            comment.write("\nThe files change nothing about that.\n")
        else:
            title = amount(len(changed), "connection that the files change")
            _folded(title, CHANGES, map(change_cells, changed), len(changed), comment)
        return
    _conflicts(answer.failures(), comment)
    parts = list(_matrices(answer))
    told = comment.write_fitting(parts, _MATRICES)
    if told < len(parts):
        comment.write(f"\nand {amount(len(parts) - told, 'more namespace')}\n")
    conflicts = answer.rows.conflicts()
    others = answer.rows.only(lambda row: only == "all" and not row.line.is_conflict)
    cells = (connection_cells(row.data) for row in chain(conflicts, others))
    number = len(conflicts) + len(others)
    if number:
        _folded(amount(number, "connection"), CONNECTIONS, cells, number, comment)


def _conflicts(failures: Iterable[TlsFailure], comment: Limited) -> None:
    found = sorted(failures, key=lambda tls_failure: -tls_failure.number)
    if not found:
        return
    comment.write("\n#### Conflicts\n")
    told = comment.write_fitting(map(_failure, found), _CONFLICTS)
    if told < len(found):
        comment.write(f"\nand {amount(len(found) - told, 'more reason')} for conflicts\n")


def _failure(failure: TlsFailure) -> str:
    return "\n" + fenced("\n".join(map(visible, failure_lines(failure)))) + "\n"


def _matrices(answer: TlsAnswer) -> Iterator[str]:
    for name, rows in answer.matrices.items():
        yield f"\n#### TLS in namespace {escaped(name)}\n\n" + "".join(markdown_rows(MATRIX, rows))


def _folded(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], number: int,
    comment: Limited,
) -> None:  # fmt: skip
    comment.write(f"\n<details><summary>{title}</summary>\n\n")
    comment.write("".join(markdown_rows(columns, ())))
    told = comment.write_fitting(map(markdown_row, rows), comment.left - _ENDS)
    if told < number:
        comment.write(f"\nand {amount(number - told, 'more row')} (-o json has all)\n")
    comment.write("\n</details>\n")
