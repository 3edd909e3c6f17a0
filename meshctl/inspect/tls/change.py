"""Compares connections before and after files are applied to a cluster."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from meshctl.inspect.tls.rows import decided_by

COLUMNS = ("client", "host:port", "subset", "server", "before", "after", "decided by")
_IDENTITY = ("client", "host", "port", "subset", "server", "server_port")
_OUTCOME = ("client_tls", "server_mode", "result")


class TlsChange(NamedTuple):
    """One connection before and after; ``None`` where there is none."""

    before: dict[str, Any] | None
    after: dict[str, Any] | None


def changes(
    before: Iterable[dict[str, Any]], after: Iterable[dict[str, Any]]
) -> Iterator[TlsChange]:
    """Walk the connections that are new, are gone, or come out differently, in order."""
    old = {_pick(row, _IDENTITY): row for row in before}
    for row in after:
        known = old.pop(_pick(row, _IDENTITY), None)
        if known is None or _pick(known, _OUTCOME) != _pick(row, _OUTCOME):
            yield TlsChange(known, row)
    for row in old.values():
        yield TlsChange(row, None)


def cells(change: TlsChange) -> tuple[object, ...]:
    """Pick what the table shows of a change."""
    row = change.after or change.before or {}
    return (
        row["client"], f"{row['host']}:{row['port']}", row["subset"], row["server"],
        _outcome(change.before), _outcome(change.after), decided_by(row),
    )  # fmt: skip


def _pick(row: dict[str, Any], keys: tuple[str, ...]) -> tuple[object, ...]:
    return tuple(row[key] for key in keys)


def _outcome(row: dict[str, Any] | None) -> str:
    """Write ``mtls (auto to strict)``: the result, what the client sends and the server takes."""
    return f"{row['result']} ({row['client_tls']} to {row['server_mode'] or '-'})" if row else ""
