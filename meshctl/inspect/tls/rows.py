"""Lists which TLS each client uses to each server, whether they fit, and which objects decide it."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from meshctl.engine.locations import identify, locate
from meshctl.engine.report import Location, ResourceId
from meshctl.inspect.shown import is_live
from meshctl.mesh import Mesh
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.tls_connection import Client, ClientKind, Connection, Result
from meshctl.mesh.workloads.membership import is_control_plane
from meshctl.resources import Ref, Sidecar, Workload
from meshctl.resources.cached_property import cached_property


class TlsFilter(NamedTuple):
    """What somebody asks about: a client by ``namespace/name``, full hosts, a port; None is all."""

    client: str | None = None
    hosts: tuple[str, ...] | None = None
    port: int | None = None


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
        return ", ".join(dict.fromkeys(one.resource.title for one in self.decided_by))


class TlsRow(NamedTuple):
    """One row, and the connection that it was made of.

    Clients that nothing tells apart share the connection of the first of them.
    """

    data: TlsLine
    connection: Connection


class TlsGroup(NamedTuple):
    """Clients (``namespace/workload``) that nothing tells apart, and the rows of the first."""

    clients: tuple[str, ...]
    rows: tuple[TlsRow, ...]


class TlsRows:
    """The rows of all clients, ordered by client; held once for clients that are alike."""

    def __init__(self, groups: Iterable[TlsGroup]) -> None:
        self.groups = [group for group in groups if group.rows]

    def __len__(self) -> int:
        return sum(len(group.clients) * len(group.rows) for group in self.groups)

    def __iter__(self) -> Iterator[TlsRow]:
        order = ((name, group) for group in self.groups for name in group.clients)
        for name, group in sorted(order, key=lambda one: one[0].partition("/")):
            for row in group.rows:
                yield TlsRow(row.data._replace(client=name), row.connection)

    def weighed(self) -> Iterator[tuple[TlsRow, int]]:
        """Walk the rows of the groups, each with the number of clients that have it."""
        for group in self.groups:
            for row in group.rows:
                yield row, len(group.clients)

    def only(self, is_meant: Callable[[TlsRow], bool]) -> "TlsRows":
        """Leave out the other rows."""
        return TlsRows(
            group._replace(rows=tuple(filter(is_meant, group.rows))) for group in self.groups
        )

    def conflicts(self) -> "TlsRows":
        """The rows whose client and server can't talk."""
        return self.only(lambda row: row.data.is_conflict)


class TlsCheck:
    """The connections of a mesh as rows for ``tls-check``; one row a client, upstream and server."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._decisions: dict[tuple[str, Ref], TlsDecider] = {}
        self._hides: dict[tuple[Sidecar, RegisteredHost, int, str], str] = {}

    def rows(self, client: str | None = None) -> Iterator[TlsLine]:
        """Walk the rows of one client (``namespace/workload``), or of every workload by name."""
        return (row.data for row in self.found(TlsFilter(client)))

    def found(self, asked: TlsFilter, shown: Collection[str] = ()) -> TlsRows:
        """Find the rows that are asked for, and of them those from or to the shown namespaces."""
        hosts = None
        if asked.hosts is not None:
            hosts = [one for name in asked.hosts for one in self._mesh.registry.at(name)]
        alike: dict[tuple[bool, object], list[Client]] = {}
        for one in self._clients(asked.client):
            is_shown = not shown or one.namespace in shown
            alike.setdefault((is_shown, self._alike(one)), []).append(one)
        groups = []
        for (is_shown, _), clients in alike.items():
            rows = self._rows_of(clients[0], hosts, asked.port, self._sidecar(clients[0]))
            kept = (
                row for row in rows if is_shown or row.connection.upstream.host.namespace in shown
            )
            groups.append(TlsGroup(tuple(client.name for client in clients), tuple(kept)))
        return TlsRows(groups)

    def _rows_of(
        self,
        client: Client,
        hosts: list[RegisteredHost] | None,
        port: int | None,
        sidecar: Sidecar | None,
    ) -> Iterator[TlsRow]:
        for found in self._mesh.security.mtls.connections(client, hosts):
            connection = self._judged(found)
            if port in {None, connection.upstream.port.number}:
                row = self._row(connection)
                hidden = self._hidden(connection, sidecar) if sidecar is not None else ""
                if hidden:
                    row = row._replace(reason=f"{row.reason}; {hidden}" if row.reason else hidden)
                yield TlsRow(row, connection)

    @cached_property
    def _judged(self) -> Callable[[Connection], Connection]:
        """What judges connections to gateways by their servers."""
        from meshctl.mesh.security.gateway_servers import GatewayServers  # noqa: PLC0415 - few need it

        return GatewayServers(self._mesh.merged_gateways).judged

    def _sidecar(self, client: Client) -> Sidecar | None:
        """The Sidecar that limits what a client knows; gateways and others follow none."""
        if client.proxy is not ClientKind.SIDECAR:
            return None
        found = self._mesh.sidecar_scope.sidecar_of(self._by_name[client.name])
        return found if found is not None and found.egress else None

    @cached_property
    def _by_name(self) -> dict[str, Workload]:
        return {workload.key_name: workload for workload in self._mesh.workloads}

    def _hidden(self, connection: Connection, sidecar: Sidecar) -> str:
        """Say that a Sidecar hides the host, so that the client has no such upstream; else empty."""
        upstream = connection.upstream
        key = sidecar, upstream.host, upstream.port.number, upstream.client.namespace
        if key not in self._hides:
            self._hides[key] = self._mesh.sidecar_scope.hides(*key)
        if not self._hides[key]:
            return ""
        return f"hidden from this client by {sidecar.title}, so calls pass by this upstream"

    def _alike(self, client: Client) -> object:
        """What clients share whose rows differ in the name alone.

        Few namespaces differ for a client: those with rules of their own, and those that an
        ``exportTo`` names or whose hosts others declare, too.
        """
        mesh, namespace = self._mesh, client.namespace
        rules, sidecar = mesh.traffic.destination_rules, self._sidecar(client)
        labels = tuple(sorted(client.labels.items())) if rules.tell_apart(namespace) else ()
        differs = (
            sidecar is not None
            or rules.follow_others(namespace)
            or mesh.registry.tells_apart(namespace)
        )
        return client.proxy, client.past_sidecar, labels, sidecar, namespace if differs else ""

    def _clients(self, name: str | None) -> list[Client]:
        """List the clients by namespace and name; istiod calls no workload of the mesh."""
        workloads = [
            workload
            for workload in self._mesh.workloads
            if name in (None, workload.key_name) and not is_control_plane(workload)
        ]
        found = {
            workload.key_name: self._mesh.security.mtls.client(workload) for workload in workloads
        }
        return sorted(found.values(), key=lambda one: (one.namespace, one.name))

    def _row(self, connection: Connection) -> TlsLine:
        upstream, server = connection.upstream, connection.server
        return TlsLine(
            client=upstream.client.name,
            host=upstream.host.host,
            port=upstream.port.number,
            subset=upstream.subset.name if upstream.subset is not None else None,
            server=server.workload.key_name if server is not None else None,
            server_port=server.port if server is not None else None,
            client_tls=upstream.tls.value,
            sni=upstream.sni,
            endpoint_mtls=connection.endpoint_mtls,
            server_mode=connection.mode.value if connection.mode is not None else None,
            result=connection.result.value,
            decided_by=tuple(self._decided_by(connection)),
            reason=reason(connection),
            order_known=connection.order_known,
        )

    def _decided_by(self, connection: Connection) -> Iterator[TlsDecider]:
        for side, ref in deciders(connection):
            known = self._decisions.get((side, ref))
            if known is None:
                place = None if is_live(ref) else locate(ref)
                known = self._decisions[side, ref] = TlsDecider(side, identify(ref.resource), place)
            yield known


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
