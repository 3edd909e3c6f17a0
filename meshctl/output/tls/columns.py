"""Picks what tables and pages show of TLS: the columns, their cells, and the totals."""

from collections import Counter
from collections.abc import Iterator

from meshctl.inspect.tls.change import TlsChange
from meshctl.inspect.tls.failures import TlsFailure
from meshctl.inspect.tls.rows import TlsLine, TlsRows
from meshctl.mesh.security.tls_connection import Result
from meshctl.words import amount, visible

CONNECTIONS = (
    "client", "host:port", "subset", "server", "server mode", "client tls", "result", "decided by",
)  # fmt: skip
CHANGES = ("client", "host:port", "subset", "server", "before", "after", "decided by")
MATRIX = ("client", "server", "what happens")
_REASONS = 3


def totals(rows: TlsRows) -> str:
    """Count the results: ``6 connections: 4 mtls, 2 plaintext``, and why some are unknown."""
    if not len(rows):
        return "no connections: no workload here calls a host that the input declares"
    results = Counter[str]()
    for row, number in rows.weighed():
        results[row.line.result] += number
    unknown = rows.reasons(Result.UNKNOWN)
    text = ", ".join(f"{number} {result}" for result, number in results.most_common())
    reasons = "".join(f"\nunknown {n} x: {why}" for why, n in unknown.most_common(_REASONS))
    return f"{amount(len(rows), 'connection')}: {text}{visible_lines(reasons)}"


def visible_lines(text: str) -> str:
    """Show text of several lines safely."""
    return "\n".join(map(visible, text.split("\n")))


def connection_cells(row: TlsLine) -> tuple[object, ...]:
    """Pick the cells of a connection."""
    return (
        row.client, f"{row.host}:{row.port}", row.subset, row.server, row.server_mode,
        row.client_tls, row.result, row.objects,
    )  # fmt: skip


def change_cells(change: TlsChange) -> tuple[object, ...]:
    """Pick the cells of a connection that comes out differently."""
    row = change.after or change.before
    assert row is not None  # noqa: S101 - a change has one of both
    return (
        row.client, f"{row.host}:{row.port}", row.subset, row.server,
        _outcome(change.before), _outcome(change.after), row.objects,
    )  # fmt: skip


def _outcome(row: TlsLine | None) -> str:
    """Write ``mtls (auto to strict)``: the result, what the client sends and the server takes."""
    if row is None:
        return ""
    return f"{row.result} ({row.client_tls} to {row.server_mode or '-'})"


def failure_lines(failure: TlsFailure) -> Iterator[str]:
    """Write a failure for people: who, why, the objects of both sides with their place, the fix."""
    row = failure.row.data
    more = f" and {failure.number - 1} more like it" if failure.number > 1 else ""
    subset = f" subset {row.subset}" if row.subset else ""
    yield f"{row.client} -> {row.host}:{row.port}{subset}{more}"
    yield f"  {row.reason}"
    yield f"  client: {failure.client}"
    yield f"  server: {failure.server}"
    if failure.fix:
        yield f"  fix: {failure.fix}" + (f" [{failure.rule}]" if failure.rule else "")
