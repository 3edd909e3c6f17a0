"""The rows of ``tls-check``: what a client sends, what the server takes, who decides."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from meshctl.engine.locations import identify, locate
from meshctl.errors import UsageError
from meshctl.inspect.targets import find
from meshctl.mesh import Mesh
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.tls_connection import Client, Connection, Result
from meshctl.mesh.workloads.workloads import controller_of
from meshctl.resources import Ref, Workload
from meshctl.sources.live_object import ObjectDocument

COLUMNS = (
    "client",
    "host:port",
    "subset",
    "server",
    "server mode",
    "client tls",
    "result",
    "decided by",
)


class TlsFilter(NamedTuple):
    """What somebody asks about: a client by ``namespace/name``, full hosts, a port; None is all."""

    client: str | None = None
    hosts: tuple[str, ...] | None = None
    port: int | None = None


class TlsRow(NamedTuple):
    """One row as JSON has it, and the connection that it was made of.

    Clients that nothing tells apart share the connection of the first of them.
    """

    data: dict[str, Any]
    connection: Connection


def narrow(mesh: Mesh, namespace: str, client: str | None, host: str | None) -> TlsFilter:
    """Find what the words of a command line mean: a workload, and ``HOST[:PORT]``.

    A short name is one of the client's namespace. Raises UsageError with the closest names for what
    isn't there.
    """
    name = _client(mesh, namespace, client) if client else None
    if host is None:
        return TlsFilter(name)
    text, _, number = host.partition(":")
    found = _hosts(mesh, name.partition("/")[0] if name else namespace, text)
    port = int(number) if number.isdecimal() else None
    if not found or (number and port is None):
        raise UsageError(
            f"there is no host {host!r}; name it as HOST, HOST.NAMESPACE or in full, with or "
            "without :PORT"
        )
    if port is not None and not any(registered_host.port(port) for registered_host in found):
        ports = sorted({str(host_port.number) for each in found for host_port in each.ports})
        raise UsageError(f"{found[0].host} has no port {port}; it has {', '.join(ports)}")
    return TlsFilter(
        name, tuple(dict.fromkeys(registered_host.host for registered_host in found)), port
    )


def _client(mesh: Mesh, namespace: str, text: str) -> str:
    """Find a workload; a pod stands for the workload that it is of."""
    for pod in mesh.of(Workload):
        if pod.kind == "Pod" and pod not in mesh.workloads and _means(pod, text):
            text = "/".join(controller_of(pod))
            break
    return find(mesh.workloads, text, namespace, "workload").key_name


def _means(pod: Workload, text: str) -> bool:
    return text in {pod.name, pod.key_name, f"{pod.name}.{pod.namespace}"}


def _hosts(mesh: Mesh, namespace: str, text: str) -> tuple[RegisteredHost, ...]:
    registry = mesh.registry
    exact = registry.at(registry.unshortened(text, namespace))
    return tuple(exact or (host for host in registry if host.host.startswith(f"{text}.")))


class TlsCheck:
    """The connections of a mesh as rows for ``tls-check``; one row a client, upstream and server."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._decisions: dict[tuple[str, Ref], dict[str, Any]] = {}

    def rows(self, client: str | None = None) -> Iterator[dict[str, Any]]:
        """Walk the rows of one client (``namespace/workload``), or of every workload by name."""
        return (row.data for row in self.found(TlsFilter(client)))

    def found(self, asked: TlsFilter) -> Iterator[TlsRow]:
        """Walk the rows that are asked for, ordered by client."""
        hosts = None
        if asked.hosts is not None:
            hosts = [host for name in asked.hosts for host in self._mesh.registry.at(name)]
        for _, clients in groupby(self._clients(asked.client), lambda client: client.namespace):
            known: dict[object, list[TlsRow]] = {}
            for each_client in clients:
                alike = self._alike(each_client)
                if alike not in known:
                    known[alike] = list(self._rows_of(each_client, hosts, asked.port))
                for row in known[alike]:
                    yield TlsRow({**row.data, "client": each_client.name}, row.connection)

    def _rows_of(
        self, client: Client, hosts: list[RegisteredHost] | None, port: int | None
    ) -> Iterator[TlsRow]:
        for connection in self._mesh.security.mtls.connections(client, hosts):
            if port in {None, connection.upstream.port.number}:
                yield TlsRow(self._row(connection), connection)

    def _alike(self, client: Client) -> object:
        """What clients of one namespace share whose rows differ in the name alone."""
        differ = self._mesh.traffic.destination_rules.tell_apart(client.namespace)
        labels = tuple(sorted(client.labels.items())) if differ else ()
        return client.proxy, client.past_sidecar, labels

    def _clients(self, name: str | None) -> list[Client]:
        workloads = [
            workload for workload in self._mesh.workloads if name in (None, workload.key_name)
        ]
        found = {
            workload.key_name: self._mesh.security.mtls.client(workload) for workload in workloads
        }
        return sorted(found.values(), key=lambda client: (client.namespace, client.name))

    def _row(self, connection: Connection) -> dict[str, Any]:
        upstream, server = connection.upstream, connection.server
        return {
            "client": upstream.client.name,
            "host": upstream.host.host,
            "port": upstream.port.number,
            "subset": upstream.subset.name if upstream.subset is not None else None,
            "server": server.workload.key_name if server is not None else None,
            "server_port": server.port if server is not None else None,
            "client_tls": upstream.tls.value,
            "sni": upstream.sni,
            "endpoint_mtls": connection.endpoint_mtls,
            "server_mode": connection.mode.value if connection.mode is not None else None,
            "result": connection.result.value,
            "decided_by": list(self._decided_by(connection)),
            "reason": reason(connection),
            "order_known": connection.order_known,
        }

    def _decided_by(self, connection: Connection) -> Iterator[dict[str, Any]]:
        for side, ref in deciders(connection):
            known = self._decisions.get((side, ref))
            if known is None:
                known = self._decisions[side, ref] = _decision(side, ref)
            yield known


def deciders(connection: Connection) -> Iterator[tuple[str, Ref]]:
    """Walk the places that decide a connection, each with its side: ``client`` or ``server``."""
    client = connection.upstream.ref or connection.rule_place
    if client is not None:
        yield "client", client
    server = connection.server
    if server is not None and server.demand is not None and server.demand.ref is not None:
        yield "server", server.demand.ref


def is_conflict(row: dict[str, Any]) -> bool:
    """Does this row say that client and server can't talk?"""
    return bool(row["result"] == Result.CONFLICT)


def _decision(side: str, ref: Ref) -> dict[str, Any]:
    return {
        "side": side,
        "resource": identify(ref.resource).form(),
        "location": _location(ref),
    }


def _location(ref: Ref) -> dict[str, Any] | None:
    """Say where a place is written; what is in the cluster alone is written in no file."""
    if isinstance(ref.resource.document, ObjectDocument):
        return None
    return locate(ref).form()


def reason(connection: Connection) -> str:
    """Say in words why a connection comes out as it does."""
    cause = connection.upstream.cause.value
    text = f"{cause}; {connection.reason}" if connection.reason else cause
    return text if connection.order_known else f"{text} (another order of creation may change it)"


def cells(row: dict[str, Any]) -> tuple[object, ...]:
    """Pick what the table shows of a row."""
    return (
        row["client"], f"{row['host']}:{row['port']}", row["subset"], row["server"],
        row["server_mode"], row["client_tls"], row["result"], decided_by(row),
    )  # fmt: skip


def decided_by(row: dict[str, Any]) -> str:
    """Name the objects that decide a row."""
    names: Iterable[str] = (
        f"{decider['resource']['kind']} {decider['resource']['namespace']}/{decider['resource']['name']}"
        for decider in row["decided_by"]
    )
    return ", ".join(dict.fromkeys(names))
