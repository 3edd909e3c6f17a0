"""Draws what happens between clients and servers of a namespace, inside and outside the mesh.

The four rows that everybody draws who moves to mutual TLS step by step, answered by ``mesh.mtls``
for a client with and one without a sidecar.
"""

from collections import Counter
from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security.mtls import Mtls
from meshctl.mesh.security.tls_connection import Client, ClientKind, Connection, Result, ServerMode

_CLIENTS = ((ClientKind.SIDECAR, "in the mesh"), (ClientKind.NONE, "outside"))
_SERVERS = ((True, "in the mesh"), (False, "outside"))
_WORDS = {
    Result.MTLS: "mutual TLS",
    Result.PLAINTEXT: "plaintext",
    Result.TLS: "TLS of the application",
    Result.CONFLICT: "conflict",
    Result.NO_ENDPOINT: "no endpoint",
    Result.UNKNOWN: "unknown",
}


def namespaces(mesh: Mesh) -> list[str]:
    """Name the namespaces that declare hosts and run workloads."""
    return sorted(mesh.registry.namespaces_with_services & mesh.workloads.namespaces)


def matrix(mesh: Mesh, namespace: str) -> Iterator[tuple[str, str, str]]:
    """Walk the four rows of a namespace: client, server, what happens on how many ports."""
    for proxy, client in _CLIENTS:
        found = list(_connections(mesh, Client(f"a client {client}", namespace, proxy)))
        for is_inside, server in _SERVERS:
            meant = [connection for connection in found if _is_inside(connection) is is_inside]
            yield client, server, _summary(meant)


def _connections(mesh: Mesh, client: Client) -> Iterator[Connection]:
    from meshctl.mesh.security.gateway_servers import GatewayServers  # noqa: PLC0415 - few need it

    mtls: Mtls = mesh.security.mtls
    servers = GatewayServers(mesh.merged_gateways)
    for host in mesh.registry.of_namespace(client.namespace):
        if not host.is_external:
            for connection, _ in mtls.kinds_of_connections(client, host):
                if connection.server is not None:
                    yield servers.judged(connection)


def _is_inside(connection: Connection) -> bool:
    return connection.mode is not ServerMode.NONE


def _summary(connections: list[Connection]) -> str:
    """Count on how many ports what happens, each conflict with its reason."""
    if not connections:
        return "there is no such server"
    found = {
        (_words(connection), connection.upstream.host.host, connection.upstream.port.number)
        for connection in connections
    }
    counts = Counter(text for text, _, _ in sorted(found))
    return "; ".join(
        f"{text} ({number} port{'s' * (number > 1)})" for text, number in counts.most_common()
    )


def _words(connection: Connection) -> str:
    word = _WORDS[connection.result]
    return f"{word}: {connection.reason}" if connection.result is Result.CONFLICT else word
