"""Holds which TLS each client uses to each server, whether they fit, and which objects decide it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from meshctl.engine.report import Location, ResourceId
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.tls_connection import Client, Connection, Result
from meshctl.mesh.security.tls_match import AlikePods
from meshctl.mesh.traffic.destination_rules import Step
from meshctl.resources import Ref, Workload
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.inspect.tls.alike_clients import AlikeClients
    from meshctl.inspect.tls.clients import Clients


class TlsDecider(NamedTuple):
    """A place that decides one side, ``client`` or ``server``; no location is in the cluster."""

    side: str
    resource: ResourceId
    location: Location | None


class TlsLine(NamedTuple):
    """One client, upstream and server; the words are those of ``mesh.security.tls_connection``.

    ``server`` is null where nothing of the input answers, ``endpoint_mtls`` tells for ``auto``
    whether this server gets mutual TLS.
    """

    client: str
    host: str
    port: int
    subset: str | None
    server: str | None
    server_port: int | None
    client_tls: str
    sni: str | None
    endpoint_mtls: bool | None
    server_mode: str | None
    result: str
    decided_by: tuple[TlsDecider, ...]
    reason: str
    order_known: bool

    @property
    def is_conflict(self) -> bool:
        """Does this row say that client and server can't talk?"""
        return self.result == Result.CONFLICT

    @property
    def objects(self) -> str:
        """The objects that decide it, as ``Kind namespace/name``."""
        return ", ".join(
            dict.fromkeys(tls_decider.resource.title for tls_decider in self.decided_by)
        )


@dataclass(frozen=True, slots=True, eq=False)
class TlsRow:
    """One row of a client, and the connection that it was made of.

    Clients and pods that nothing tells apart at a host share the connection of the first of them,
    and its line, which doesn't say what the Sidecar of a single client hides.
    """

    connection: Connection
    client: Client
    line: TlsLine
    pods: AlikePods
    """The pods that answer, if any does."""
    _hidden: Callable[[Client, Connection], str]

    @property
    def data(self) -> TlsLine:
        """The row as programs get it, with what the client's own Sidecar hides."""
        line, hidden = self.line, self._hidden(self.client, self.connection)
        reason = f"{line.reason}; {hidden}" if line.reason and hidden else line.reason or hidden
        return line._replace(client=self.client.name, reason=reason)

    @property
    def number(self) -> int:
        """Count the pods that the row is about; it is one, too, where none answers."""
        return max(len(self.pods), 1)


class TlsGroup(NamedTuple):
    """Clients that nothing tells apart at the hosts of a name, and the rows of the first."""

    clients: "AlikeClients"
    rows: Sequence[TlsRow]

    def homes(self) -> Counter[str]:
        """Count the clients of each namespace."""
        return self.clients.homes()


class _Held(NamedTuple):
    """Rows by group, and who may be in which groups that have any, each with a host where they are one."""

    rows: dict["AlikeClients", list[TlsRow]]
    wide: list[tuple[str, "AlikeClients"]]
    named: dict[str, list[tuple[str, "AlikeClients"]]]
    """Groups of a few clients or namespaces, by what these are called."""

    def add(self, host: str, clients: "AlikeClients") -> None:
        """Add a group that has no rows yet."""
        self.rows[clients] = []
        if clients.is_wide:
            self.wide.append((host, clients))
        for name in () if clients.is_wide else clients.names():
            self.named.setdefault(name, []).append((host, clients))

    def near(self, client: Client) -> Iterable[tuple[str, "AlikeClients"]]:
        """Walk the groups among which are those of a client."""
        names = client.name, client.namespace
        return dict.fromkeys(chain(self.wide, *(self.named.get(name, ()) for name in names)))


class TlsRows:
    """The rows of all clients, ordered by client; held once for clients that are alike."""

    def __init__(
        self, clients: "Clients", hosts: Sequence[RegisteredHost],
        to_pod: Callable[[TlsRow, Workload], TlsRow], to_client: Callable[[TlsRow, Client], TlsRow],
    ) -> None:  # fmt: skip
        """``hosts`` are those that are asked about, in the order of the rows of a client.

        ``to_pod`` and ``to_client`` make the row to another pod, and of another client, that is alike.
        """
        self._clients = clients
        self._to_pod = to_pod
        self._to_client = to_client
        self._hosts = hosts
        self._at: dict[str, dict[AlikeClients, TlsGroup]] = {}

    def add(self, name: str, group: TlsGroup) -> None:
        """Add what clients have to do with the hosts of a name; each client once for a name."""
        self._at.setdefault(name, {})[group.clients] = group

    @property
    def groups(self) -> Iterator[TlsGroup]:
        """Walk all that there is, host by host."""
        for at in self._at.values():
            yield from (group for group in at.values() if group.rows)

    def __len__(self) -> int:
        return sum(number for _, number in self.weighed())

    def __iter__(self) -> Iterator[TlsRow]:
        held = self._held()
        for client in self._clients:
            alike = self._clients.alike(client)
            found = (
                row
                for name, group in held.near(client) if alike(name) is group
                for row in held.rows[group]
            )  # fmt: skip
            for row in self._of_each_pod(sorted(found, key=self._place)):
                yield self._to_client(row, client)

    def _held(self) -> "_Held":
        """Put the rows of each group together, which may be the same at many hosts."""
        held = _Held({}, [], {})
        for name, at in self._at.items():
            for clients, group in at.items():
                if group.rows and clients not in held.rows:
                    held.add(name, clients)
                if group.rows:
                    held.rows[clients].extend(group.rows)
        return held

    def _of_each_pod(self, rows: Sequence[TlsRow]) -> Iterator[TlsRow]:
        """Walk the rows of one client pod by pod, in the order of all pods of an upstream."""
        for _, alike in groupby(rows, lambda row: id(row.connection.upstream)):
            several = list(alike)
            if len(several) == 1 and len(several[0].pods) <= 1:
                yield several[0]
                continue
            pods = ((*pod, row) for row in several for pod in row.pods)
            for _, pod, row in sorted(pods, key=itemgetter(0)):
                yield self._to_pod(row, pod)

    def weighed(self) -> Iterator[tuple[TlsRow, int]]:
        """Walk the rows of the groups, each with the number of clients and pods that have it.

        The first of all rows that have something in common is the first here, too, but that rules
        which say the same are one.
        """
        return self._in_order(
            (row, len(group.clients) * row.number) for group in self.groups for row in group.rows
        )

    def _in_order(self, rows: Iterable[tuple[TlsRow, int]]) -> Iterator[tuple[TlsRow, int]]:
        order = {client.name: number for number, client in enumerate(self._clients)}
        yield from sorted(rows, key=lambda one: (order[one[0].client.name], self._place(one[0])))

    def decided(self) -> Iterator[tuple[TlsRow, int]]:
        """Walk the conflicts, those of clients and hosts once that the same objects decide alike.

        Each is the first of its rows, and comes with their number; where rules that say the same
        decide, each of them has its own.
        """
        kinds: dict[object, tuple[TlsRow, int, AlikeClients]] = {}
        for group in self.groups:
            for row in group.rows:
                if row.line.is_conflict:
                    key = group.clients, tuple(deciders(row.connection)), row.line.reason
                    first, pods, _ = kinds.get(key, (row, 0, None))
                    first = min(first, row, key=self._place)
                    kinds[key] = first, pods + row.number, group.clients
        return self._in_order(one for kind in kinds.values() for one in self._by_rule(*kind))

    def _by_rule(
        self, row: TlsRow, pods: int, clients: "AlikeClients"
    ) -> Iterator[tuple[TlsRow, int]]:
        rule = row.connection.upstream.rule
        if rule is None or rule.step is not Step.CLIENT:
            yield row, len(clients) * pods
            return
        for part in clients.parts():
            yield self._to_client(row, part.first), len(part) * pods

    def reasons(self, result: Result) -> Counter[str]:
        """Count the reasons of rows with a result; what is unknown of pods names each of them."""
        kinds: dict[object, tuple[TlsRow, int]] = {}
        for row, number in self.weighed():
            if row.line.result == result:
                key = row.line.reason, id(row.pods)
                first, known = kinds.get(key, (row, 0))
                kinds[key] = first, known + number // row.number
        found = Counter[str]()
        for row, number in kinds.values():
            for tls_row in self._of_each_pod([row]):
                found[tls_row.line.reason] += number
        return found

    def only(self, is_meant: Callable[[TlsRow], bool]) -> "TlsRows":
        """Leave out the other rows."""
        kept = TlsRows(self._clients, self._hosts, self._to_pod, self._to_client)
        for name, at in self._at.items():
            for group in at.values():
                kept.add(name, group._replace(rows=tuple(filter(is_meant, group.rows))))
        return kept

    def conflicts(self) -> "TlsRows":
        """The rows whose client and server can't talk."""
        return self.only(lambda row: row.line.is_conflict)

    def _place(self, row: TlsRow) -> int:
        return self._places[row.connection.upstream.host]

    @cached_property
    def _places(self) -> dict[RegisteredHost, int]:
        return {host: number for number, host in enumerate(self._hosts)}


def deciders(connection: Connection) -> Iterator[tuple[str, Ref]]:
    """Walk the places that decide a connection, each with its side: ``client`` or ``server``."""
    client = connection.upstream.ref or connection.rule_place
    if client is not None:
        yield "client", client
    server = connection.server
    if server is not None and server.decided_by is not None:
        yield "server", server.decided_by
    elif server is not None and server.demand is not None and server.demand.ref is not None:
        yield "server", server.demand.ref


def reason(connection: Connection) -> str:
    """Say in words why a connection comes out as it does."""
    cause = connection.upstream.cause.value
    text = f"{cause}; {connection.reason}" if connection.reason else cause
    return text if connection.order_known else f"{text} (another order of creation may change it)"
