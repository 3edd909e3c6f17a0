"""What a gateway takes on a port, by the servers of its Gateways, and whether clients fit.

No PeerAuthentication counts there: the listener of a port has the filter chains of the servers
that were merged onto it (buildGatewayListeners, pilot/pkg/networking/core/gateway.go, and
BuildListenerTLSContext, Istio 1.31). Envoy picks among them by SNI. Auto mTLS sends gateways
plaintext, since their pods lack the label ``security.istio.io/tlsMode``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from meshctl.mesh.core.hosts import covers
from meshctl.mesh.security.tls_connection import (
    ClientKind,
    ClientTls,
    Connection,
    Endpoint,
    Result,
    ServerMode,
)
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.mesh.workloads.service_roles import PROXY_PORTS
from meshctl.resources import Workload

if TYPE_CHECKING:
    from meshctl.mesh.gateways.gateway_index import Gateways
    from meshctl.mesh.gateways.listeners import FilterChain
    from meshctl.mesh.gateways.server_merge import MergedServer

_ISTIO_MUTUAL = "ISTIO_MUTUAL"
_FOREIGN = (ClientTls.SIMPLE, ClientTls.MUTUAL)


class _Taken(NamedTuple):
    """What is taken on a port: a mode with its chains, or why it is unknown."""

    mode: ServerMode
    chains: Sequence[FilterChain]
    reason: str = ""


class GatewayServers:
    """The servers of gateway workloads as the servers of connections."""

    def __init__(self, gateways: Gateways) -> None:
        self._gateways = gateways
        self._known: dict[tuple[Workload, int], _Taken] = {}

    def judged(self, connection: Connection) -> Connection:
        """Judge a connection to a gateway by its servers; any other one stays as it is."""
        server = connection.server
        if server is None or server.mode is not ServerMode.UNKNOWN:
            return connection
        if not is_gateway(server.workload):
            return connection
        taken = self._taken(server.workload, server.port)
        decided = taken.chains[0].server.server.at() if len(taken.chains) == 1 else None
        if decided is not None:
            decided = decided.resource.origin(decided)
        if taken.mode is ServerMode.UNKNOWN:
            return replace(connection, reason=taken.reason)
        result, reason = _judge(connection, taken)
        endpoint = Endpoint(server.workload, server.port, taken.mode, decided_by=decided)
        return replace(connection, server=endpoint, mode=taken.mode, result=result, reason=reason)

    def _taken(self, workload: Workload, port: int) -> _Taken:
        known = self._known.get((workload, port))
        if known is None:
            known = self._known[workload, port] = self._find(workload, port)
        return known

    def _find(self, workload: Workload, port: int) -> _Taken:
        gateway = self._gateways.for_workload(workload.key_name)
        listeners = gateway.listeners if gateway is not None else ()
        chains = [
            chain for listener in listeners if listener.port == port for chain in listener.chains
        ]
        if not chains and port in PROXY_PORTS:
            return _Taken(ServerMode.DISABLE, ())
        if not chains:
            reason = f"no Gateway in the input has a server on port {port} of {workload.key_name}"
            return _Taken(ServerMode.UNKNOWN, (), reason)
        modes = list(dict.fromkeys(_mode(chain.server) for chain in chains))
        if len(modes) > 1:
            names = ", ".join(mode.value for mode in modes)
            reason = f"port {port} of {workload.key_name} takes {names}, by the host that is called"
            return _Taken(ServerMode.UNKNOWN, chains, reason)
        return _Taken(modes[0], chains)


def _mode(server: MergedServer) -> ServerMode:
    if server.is_http or not server.has_tls:
        return ServerMode.DISABLE
    if server.is_passthrough:
        return ServerMode.PASSTHROUGH
    is_mutual = server.server.tls.text("mode") == _ISTIO_MUTUAL
    return ServerMode.STRICT if is_mutual else ServerMode.TLS


def _judge(connection: Connection, taken: _Taken) -> tuple[Result, str]:
    """Match what a client sends against the filter chains of a gateway's port."""
    sent = connection.upstream.tls
    if sent is ClientTls.AUTO and connection.endpoint_mtls is not None:
        sent = ClientTls.ISTIO_MUTUAL if connection.endpoint_mtls else ClientTls.PLAINTEXT
    if sent in (ClientTls.UNKNOWN, ClientTls.AUTO):
        return Result.UNKNOWN, connection.reason
    if sent is ClientTls.PLAINTEXT:
        return _plaintext(connection, taken)
    fits = _fits(connection.upstream.sni, taken.chains)
    if taken.mode is ServerMode.DISABLE:
        if all(chain.server.is_http for chain in taken.chains):
            return Result.CONFLICT, "the gateway takes plaintext here alone, the client sends TLS"
        return Result.UNKNOWN, "the gateway passes the bytes on: what is behind it decides"
    if not fits:
        name = connection.upstream.sni
        return Result.CONFLICT, f"no server of the gateway has the SNI {name} that the client sends"
    if sent in _FOREIGN:
        if taken.mode is ServerMode.STRICT:
            return Result.CONFLICT, "the gateway's server demands a certificate of the mesh"
        return Result.TLS, "whether the two accept each other's certificates is not judged"
    if taken.mode is ServerMode.STRICT:
        return Result.MTLS, ""
    if taken.mode is ServerMode.PASSTHROUGH or not all(map(_has_own_certificate, taken.chains)):
        return Result.UNKNOWN, "what the gateway's server shows the client is not known"
    return Result.CONFLICT, "the gateway shows a certificate of its own, not one of the mesh"


def _plaintext(connection: Connection, taken: _Taken) -> tuple[Result, str]:
    """Judge what no proxy encrypts: the application may do so itself, but where that is HTTP.

    Without a DestinationRule it is no conflict: calls to such gateways come by routes to subsets
    that have one, or to other hosts, and who calls directly is none of them.
    """
    upstream = connection.upstream
    if taken.mode is ServerMode.DISABLE:
        return Result.PLAINTEXT, ""
    speaks_tls = upstream.client.proxy is ClientKind.NONE or not upstream.port.protocol.is_http
    if taken.mode is not ServerMode.STRICT and speaks_tls:
        return Result.TLS, "the gateway takes TLS, which the application itself must speak"
    wanted = "mutual TLS of the mesh" if taken.mode is ServerMode.STRICT else "TLS"
    if upstream.ref is not None:
        return Result.CONFLICT, f"the gateway's server demands {wanted}, the client sends plaintext"
    return Result.UNKNOWN, (
        f"a direct call would be refused, as the gateway's server demands {wanted}; calls fit that "
        "a route sends to a host or subset whose DestinationRule sets it"
    )


def _fits(sni: str | None, chains: Sequence[FilterChain]) -> bool:
    """Is there a chain for a name? One that is not sent may be any, as Envoy takes the host."""
    return sni is None or any(
        not chain.sni or any(host == "*" or covers(host, sni) for host in chain.sni)
        for chain in chains
    )


def _has_own_certificate(chain: FilterChain) -> bool:
    tls = chain.server.server.tls
    return any(map(tls.has, ("credentialName", "credentialNames", "serverCertificate")))
