"""Finds the connections that come out differently once files are applied to a cluster."""

from collections.abc import Iterable, Iterator
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
    """Walk the connections that are new, are gone, or come out differently, in order."""
    old = {_IDENTITY(row): row for row in before}
    for row in after:
        known = old.pop(_IDENTITY(row), None)
        if known is None or _OUTCOME(known) != _OUTCOME(row):
            yield TlsChange(known, row)
    for row in old.values():
        yield TlsChange(row, None)
