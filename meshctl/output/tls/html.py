"""Writes what ``tls-check`` answers as one HTML page: who reaches whom, conflicts, connections."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TextIO

from meshctl.inspect.tls.answer import TlsAnswer
from meshctl.inspect.tls.failures import TlsFailure
from meshctl.inspect.tls.rows import TlsGroup, TlsRow, TlsRows
from meshctl.output.page.filters import counted, filter_form
from meshctl.output.page.frame import Page, Section, write_page
from meshctl.output.page.markup import Markup, lines, table, text
from meshctl.output.tls.columns import (
    CHANGES,
    CONNECTIONS,
    MATRIX,
    change_cells,
    connection_cells,
    totals,
)
from meshctl.words import amount

_MOST_ROWS = 5_000
_WIDEST = 40
"""Clients or servers of a matrix before it counts namespaces instead."""

_MATRIX = "What happens between clients and servers inside and outside the mesh, on how many ports."


def write_page_of(answer: TlsAnswer, only: str, out: TextIO) -> None:
    """Write the page; ``only`` is ``all`` or ``conflict``, as for the table."""
    lead = tuple(totals(answer.rows).split("\n"))
    write_page(Page("TLS of clients and servers", lead, tuple(_sections(answer, only))), out)


def _sections(answer: TlsAnswer, only: str) -> Iterator[Section]:
    if answer.changes is not None:
        rows = [change_cells(change) for change in answer.changes]
        caption = f"{amount(len(rows), 'connection')} come out differently with the files."
        yield Section("changes", "What the files change", [table(caption, CHANGES, rows)])
    shown = answer.rows if only == "all" else answer.rows.conflicts()
    found = sorted(answer.failures(), key=lambda tls_failure: -tls_failure.number)
    yield Section("conflicts", "Conflicts", map(_failure, found))
    yield Section("matrix", "Who reaches whom", _pivot(shown))
    if answer.matrices:
        yield Section("border", "TLS in each namespace", [matrix_table(answer.matrices)])
    yield Section("connections", "Connections", _connections(shown))


def matrix_table(matrices: Mapping[str, Sequence[tuple[str, str, str]]]) -> Markup:
    """Write the four rows of every namespace, which can be filtered by it."""
    rows = [(name, *row) for name, several in matrices.items() for row in several]
    marks = [{"data-namespace": row[0]} for row in rows]
    return table(_MATRIX, ("namespace", *MATRIX), rows, marks=marks, list_id="tls-rows")


def _failure(failure: TlsFailure) -> Markup:
    row = failure.row.data
    subset = f" subset {row.subset}" if row.subset else ""
    more = f" and {failure.number - 1} more like it" if failure.number > 1 else ""
    rule = f" [{failure.rule}]" if failure.rule else ""
    fix = f"<br><b>Fix:</b> {text(failure.fix + rule)}" if failure.fix else ""
    return (
        f'<p><b class="bad">conflict</b> {text(f"{row.client} to {row.host}:{row.port}{subset}{more}")}'
        f"<br>{lines(row.reason)}<br>Client: {text(failure.client)}"
        f"<br>Server: {text(failure.server)}{fix}</p>\n"
    )


def _pivot(rows: TlsRows) -> Iterator[Markup]:
    """Write clients by servers; where there are many, namespaces, or what clients are, instead."""
    servers = {row.line.host for row, _ in rows.weighed()}
    if not servers:
        return
    is_small = len(servers) <= _WIDEST and _are_few(rows, _names)
    caption, names_of = _BY_SIZE[0 if is_small else 1 if _are_few(rows, TlsGroup.homes) else 2]
    counts: dict[tuple[str, str], Counter[str]] = {}
    for group in rows.groups:
        names = names_of(group)
        for row in group.rows:
            server = row.line.host if is_small else _home(row.line.server or "")
            for client, number in names.items():
                counts.setdefault((client, server), Counter())[row.line.result] += (
                    number * row.number
                )
    yield from _crossed(counts, caption)


def _are_few(rows: TlsRows, names_of: Callable[[TlsGroup], Iterable[str]]) -> bool:
    """Have the groups few names in all? No more of them are looked at than tell."""
    names: set[str] = set()
    for group in rows.groups:
        names.update(islice(names_of(group), _WIDEST + 1))
        if len(names) > _WIDEST:
            return False
    return True


def _names(group: TlsGroup) -> Iterator[str]:
    return (client.name for client in group.clients)


def _by_kind(group: TlsGroup) -> Counter[str]:
    kind = group.rows[0].connection.upstream.client.proxy.value
    return Counter({f"{kind} clients": len(group.clients)})


_BY_SIZE: tuple[tuple[str, Callable[[TlsGroup], Counter[str]]], ...] = (
    (
        "Each client by each host; where its ports or subsets differ, how many of each.",
        lambda group: Counter(_names(group)),
    ),
    (
        "Namespaces of clients by those of servers: how many connections of each kind.",
        TlsGroup.homes,
    ),
    ("Clients by the namespaces of servers: how many connections of each kind.", _by_kind),
)


def _crossed(counts: Mapping[tuple[str, str], Counter[str]], caption: str) -> Iterator[Markup]:
    """Write a table of who reaches whom; the longer side goes down the page."""
    down = sorted({client for client, _ in counts})
    across = sorted({server for _, server in counts})
    if len(across) > _WIDEST:
        rows = ([_short(one), *(_word(counts.get((name, one))) for name in down)] for one in across)
        yield table(caption, ("server", *down), rows)
        return
    heads = [_short(one) for one in across]
    found = ([client, *(_word(counts.get((client, one))) for one in across)] for client in down)
    yield table(caption, ("client", *heads), found)


def _short(server: str) -> str:
    """Name a server so that many stand side by side: the domain of the cluster is left out."""
    return server.removesuffix(".svc.cluster.local") or "outside the input"


def _home(name: str) -> str:
    return name.partition("/")[0]


def _word(results: Counter[str] | None) -> str:
    if not results:
        return ""
    if len(results) == 1:
        return next(iter(results))
    return ", ".join(f"{number} {result}" for result, number in results.most_common())


def _connections(rows: TlsRows) -> Iterator[Markup]:
    """Write the rows, the conflicts first where not all fit."""
    several: Iterable[TlsRow] = rows
    if len(rows) > _MOST_ROWS:
        several = chain(rows.conflicts(), rows.only(lambda row: not row.line.is_conflict))
    shown = [row.data for row in islice(several, _MOST_ROWS)]
    yield filter_form(
        "connections",
        [counted("result", "Result", (row.result for row in shown))],
        [
            counted("client", "Client", (row.client for row in shown)),
            counted("host", "Host", (row.host for row in shown)),
        ],
        {"": "client", "host": "host", "result": "result"},
    )
    marks = [
        {"data-result": row.result, "data-client": row.client, "data-host": row.host}
        for row in shown
    ]
    cut = len(rows) - len(shown)
    caption = "What each client sends, what the server takes, and the objects that decide it."
    if cut:
        caption += f" {amount(cut, 'row')} without conflict are left out; -o json has all."
    cells = map(connection_cells, shown)
    yield table(caption, CONNECTIONS, cells, marks=marks, list_id="rows")
