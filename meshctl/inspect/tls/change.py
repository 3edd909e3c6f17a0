"""Finds the connections that come out differently once files are applied to a cluster."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from meshctl.inspect.tls.rows import TlsLine

_IDENTITY = attrgetter("client", "host", "port", "subset", "server", "server_port")
_OUTCOME = attrgetter("client_tls", "server_mode", "result")


class TlsChange(NamedTuple):
    """One connection before and after; ``None`` where there is none."""

    before: TlsLine | None
    after: TlsLine | None


def changes(before: Iterable[TlsLine], after: Iterable[TlsLine]) -> Iterator[TlsChange]:
    """Walk the connections that are new, or come out differently, and at last those that are gone.

    Both have the rows of one client after those of the other, so that one client's are held.
    """
    gone: list[TlsLine] = []
    earlier = groupby(before, _client)
    waiting = next(earlier, None)
    for name, rows in groupby(after, _client):
        while waiting is not None and waiting[0] < name:
            gone += waiting[1]
            waiting = next(earlier, None)
        old: dict[object, TlsLine] = {}
        if waiting is not None and waiting[0] == name:
            old = {_IDENTITY(row): row for row in waiting[1]}
            waiting = next(earlier, None)
        for row in rows:
            known = old.pop(_IDENTITY(row), None)
            if known is None or _OUTCOME(known) != _OUTCOME(row):
                yield TlsChange(known, row)
        gone += old.values()
    while waiting is not None:
        gone += waiting[1]
        waiting = next(earlier, None)
    for row in gone:
        yield TlsChange(row, None)


def _client(row: TlsLine) -> tuple[str, str, str]:
    return row.client.partition("/")
