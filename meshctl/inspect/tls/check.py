"""Finds which TLS each client uses to each server, whether they fit, and which objects decide it."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import NamedTuple

from meshctl.engine.locations import identify, locate
from meshctl.inspect.shown import is_live
from meshctl.inspect.tls.rows import (
    TlsDecider,
    TlsGroup,
    TlsLine,
    TlsRow,
    TlsRows,
    deciders,
    reason,
)
from meshctl.mesh import Mesh
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.tls_connection import Client, ClientKind, Connection
from meshctl.mesh.workloads.membership import is_control_plane
from meshctl.resources import Ref, Sidecar, Workload
from meshctl.resources.cached_property import cached_property

_MOST_KEPT = 100_000
"""What Sidecars hide is kept so many times, for clients that share one."""


class TlsFilter(NamedTuple):
    """What somebody asks about: a client by ``namespace/name``, full hosts, a port; None is all."""

    client: str | None = None
    hosts: tuple[str, ...] | None = None
    port: int | None = None


class TlsCheck:
    """The connections of a mesh as rows for ``tls-check``; one row a client, upstream and server."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._decisions: dict[tuple[str, Ref], TlsDecider] = {}
        self._sidecars: dict[str, Sidecar | None] = {}
        self._hides: dict[tuple[Sidecar, RegisteredHost, int, str], str] = {}

    def rows(self, client: str | None = None) -> Iterator[TlsLine]:
        """Walk the rows of one client (``namespace/workload``), or of every workload by name."""
        return (row.data for row in self.found(TlsFilter(client)))

    def found(self, asked: TlsFilter, shown: Collection[str] = ()) -> TlsRows:
        """Find the rows that are asked for, and of them those from or to the shown namespaces."""
        # A diff without changed requests asks for no rows.
        from meshctl.inspect.tls.clients import Clients  # noqa: PLC0415

        registry = self._mesh.registry
        hosts = [*registry]
        if asked.hosts is not None:
            hosts = [
                registered_host for name in asked.hosts for registered_host in registry.at(name)
            ]
        clients = Clients(self._mesh, self._clients(asked.client), shown)
        found = TlsRows(clients, hosts, self._to_pod, self._to_client)
        for name in dict.fromkeys(host.host for host in hosts):
            for alike in clients.at(name):
                rows = self._rows_at(name, alike.first, asked.port)
                is_shown = clients.are_shown(alike.first)
                kept = (row for row in rows if is_shown or _home(row) in shown)
                found.add(name, TlsGroup(alike, tuple(kept)))
        return found

    def _rows_at(self, name: str, client: Client, port: int | None) -> Iterator[TlsRow]:
        mtls = self._mesh.security.mtls
        for host in mtls.upstreams_at(client, name):
            for found, pods in mtls.kinds_of_connections(client, host):
                connection = self._judged(found)
                if port in {None, connection.upstream.port.number}:
                    yield TlsRow(connection, client, self._line(connection), pods, self._hidden)

    def _to_pod(self, row: TlsRow, pod: Workload) -> TlsRow:
        """The same row to another pod that is alike."""
        server = row.connection.server
        if server is None or server.workload is pod:
            return row
        connection = self._judged(self._mesh.security.mtls.to_pod(row.connection.upstream, pod))
        return replace(row, connection=connection, line=self._line(connection))

    def _to_client(self, row: TlsRow, client: Client) -> TlsRow:
        """The same row of another client that is alike, by its own rule."""
        connection = self._mesh.security.mtls.to_client(row.connection, client)
        line = row.line if connection is row.connection else self._line(connection)
        return replace(row, connection=connection, client=client, line=line)

    @cached_property
    def _judged(self) -> Callable[[Connection], Connection]:
        """What judges connections to gateways by their servers."""
        from meshctl.mesh.security.gateway_servers import GatewayServers  # noqa: PLC0415 - few need it

        return GatewayServers(self._mesh.merged_gateways).judged

    def _sidecar(self, client: Client) -> Sidecar | None:
        """The Sidecar that limits what a client knows; gateways and others follow none."""
        if client.proxy is not ClientKind.SIDECAR:
            return None
        if client.name not in self._sidecars:
            found = self._mesh.sidecar_scope.sidecar_of(self._by_name[client.name])
            limits = found is not None and bool(found.egress)
            self._sidecars[client.name] = found if limits else None
        return self._sidecars[client.name]

    @cached_property
    def _by_name(self) -> dict[str, Workload]:
        return {workload.key_name: workload for workload in self._mesh.workloads}

    def _hidden(self, client: Client, connection: Connection) -> str:
        """Say that a Sidecar hides the host, so that the client has no such upstream; else empty."""
        sidecar, upstream = self._sidecar(client), connection.upstream
        if sidecar is None:
            return ""
        key = sidecar, upstream.host, upstream.port.number, client.namespace
        if key not in self._hides:
            if len(self._hides) >= _MOST_KEPT:
                self._hides.clear()
            self._hides[key] = self._mesh.sidecar_scope.hides(*key)
        if not self._hides[key]:
            return ""
        return f"hidden from this client by {sidecar.title}, so calls pass by this upstream"

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
        return sorted(found.values(), key=lambda client: (client.namespace, client.name))

    def _line(self, connection: Connection) -> TlsLine:
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


def _home(row: TlsRow) -> str:
    return row.connection.upstream.host.namespace
