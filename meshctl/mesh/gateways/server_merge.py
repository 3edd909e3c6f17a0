"""Merges the servers of the Gateways on one workload (mergeGateways), and drops the losers.

Mirrors mergeGateways, CheckDuplicates and sanitizeServerHostNamespace
(pilot/pkg/model/gateway.go, Istio 1.31): servers come in the order of their Gateways' age, ports
are translated to container ports first, and what cannot share a port is dropped as a whole.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from meshctl.istio.protocols import Protocol, parse_protocol
from meshctl.resources import Gateway, GeneratedGateway, Server

Translate = Callable[[Server], tuple[int, ...]]
"""The container ports that a server's port becomes: one, for a generated Gateway any number."""
_CLIENT_CHECKS = (
    "caCertCredentialName", "subjectAltNames", "verifyCertificateSpki", "verifyCertificateHash",
)  # fmt: skip
_OWN_TLS = ("minProtocolVersion", "maxProtocolVersion", "cipherSuites")
_PASSTHROUGH = frozenset({"PASSTHROUGH", "AUTO_PASSTHROUGH"})


class DropReason(Enum):
    """Why istiod leaves a server out."""

    NO_PORT = "it has no port"
    NO_SERVICE_PORT = "the Service of its Gateway has no such port"
    DUPLICATE_HOST = "a TLS server on the port already has the host"
    PROTOCOL = "the port already speaks another protocol"
    PORT_NAME = "another server has the same route configuration"


class ServerHost(NamedTuple):
    """A host of a server: for VirtualServices of one namespace or (empty) of all."""

    namespace: str
    host: str

    @property
    def text(self) -> str:
        """How istiod compares it with the hosts of other servers."""
        return f"{self.namespace}/{self.host}" if self.namespace else self.host


class Socket(NamedTuple):
    """What istiod merges by: a container port with the protocol as written and the address."""

    port: int
    protocol: str
    bind: str


@dataclass(slots=True, eq=False)
class MergedServer:
    """A server as one gateway workload sees it."""

    server: Server
    target: int
    """The port of the container that Envoy listens on."""
    hosts: tuple[ServerHost, ...]
    route_config: str
    """The name of its HTTP route configuration, empty for TCP and passthrough."""
    drop: DropReason | None = None
    rival: "MergedServer | None" = None
    """The server that came first, where ``drop`` is about one."""
    duplicates: tuple[int, ...] = ()
    """Which of the server's hosts ``rival`` has already, by index; all of them count."""

    @property
    def key_name(self) -> str:
        """How people name a server: ``namespace/gateway#index``."""
        return f"{self.server.gateway.key_name}#{self.server.index}"

    @property
    def title(self) -> str:
        """How messages name it: as ``key_name``, or as the listener that istiod made it of."""
        gateway = self.server.gateway
        if isinstance(gateway, GeneratedGateway):
            return f"listener {gateway.listener.name} of {gateway.parent.key_name}"
        return self.key_name

    @property
    def gateway_name(self) -> str:
        """The Gateway as VirtualServices name it."""
        return self.server.gateway.key_name

    @property
    def protocol(self) -> Protocol | None:
        """The protocol, ``None`` for a word that Istio does not know."""
        return parse_protocol(self.server.protocol)

    @property
    def is_http(self) -> bool:
        """Is it plain HTTP?"""
        return self.protocol is not None and self.protocol.is_http

    @property
    def has_tls(self) -> bool:
        """Are TLS settings written at all? ``httpsRedirect`` alone counts."""
        return self.server.has("tls")

    @property
    def is_passthrough(self) -> bool:
        """Does TLS go through unopened? Mode PASSTHROUGH is enum value 0, so the default."""
        return self.has_tls and (self.server.tls.text("mode") or "PASSTHROUGH") in _PASSTHROUGH

    @property
    def terminates_https(self) -> bool:
        """Does it open TLS and route HTTP?"""
        return self.protocol is Protocol.HTTPS and self.has_tls and not self.is_passthrough

    @property
    def routes_http(self) -> bool:
        """Are the http routes of VirtualServices used?"""
        return self.is_http or self.terminates_https

    @property
    def sni_hosts(self) -> tuple[str, ...]:
        """The SNI names of its filter chain, sorted; a ``*`` among them means any."""
        return tuple(sorted({host.host for host in self.hosts}))


@dataclass(slots=True, eq=False)
class SocketServers:
    """The servers istiod put together on one socket, in order."""

    socket: Socket
    route_config: str
    servers: list[MergedServer]


@dataclass(slots=True, eq=False)
class MergedServers:
    """All servers of one gateway workload, dropped ones too."""

    servers: list[MergedServer] = field(default_factory=list)
    sockets: list[SocketServers] = field(default_factory=list)
    by_route_config: dict[str, list[MergedServer]] = field(default_factory=dict)


def server_hosts(server: Server) -> tuple[ServerHost, ...]:
    """Read the hosts as istiod keeps them: ``./x`` is its own namespace, ``*/x`` every one."""
    return server.once(_hosts)


def _hosts(server: Server) -> tuple[ServerHost, ...]:
    hosts = []
    for written in server.hosts:
        namespace, slash, host = written.partition("/")
        if not slash:
            hosts.append(ServerHost("", written))
        elif namespace == "*" and host == "*":
            return (ServerHost("", "*"),)
        elif namespace == "*":
            hosts.append(ServerHost("", host))
        else:
            own = server.resource.namespace if namespace == "." else namespace
            hosts.append(ServerHost(own, host))
    return tuple(hosts)


def panicking_host(server: Server) -> int | None:
    """Find the host (by index) that makes istiod panic: a ``./x`` or ``*/x`` after ``*/*``.

    On ``*/*`` sanitizeServerHostNamespace shrinks the list to one entry and goes on writing
    (pilot/pkg/model/gateway.go, Istio 1.31).
    """
    shrunk = False
    for index, written in enumerate(server.hosts):
        namespace, slash, host = written.partition("/")
        if not slash or namespace not in {".", "*"}:
            continue
        if (namespace, host) == ("*", "*"):
            shrunk = True
        elif shrunk:
            return index
    return None


def route_kind(server: Server) -> str:
    """Say which routes of VirtualServices a server uses: ``http``, ``tls`` or ``tcp``; or none.

    AUTO_PASSTHROUGH uses none: it forwards by the SNI that sidecars send.
    """
    merged_server = MergedServer(server, 0, (), "")
    if merged_server.routes_http:
        return "http"
    if merged_server.is_passthrough:
        return "" if server.tls.text("mode") == "AUTO_PASSTHROUGH" else "tls"
    return "tcp"


def unread_settings(server: Server) -> Iterator[tuple[str, str]]:
    """Walk the TLS settings that the mode of a server doesn't read, each with why, as a clause.

    SIMPLE asks for no certificate of the client, whatever says how to check one, and a server that passes TLS
    on has no TLS of its own (BuildListenerTLSContext, pilot/pkg/networking/core/listener.go, Istio 1.31).
    What the API server's webhook refuses or warns of is left out.
    """
    mode = server.tls_mode
    if mode == "SIMPLE":
        for key in ("caCertificates", *_CLIENT_CHECKS):
            if server.tls.data.get(key):
                yield key, "SIMPLE asks clients for no certificate"
    elif mode in _PASSTHROUGH and server.is_tls:
        for key in (*_OWN_TLS, *_CLIENT_CHECKS):
            if server.tls.data.get(key):
                yield key, f"{mode} doesn't open TLS"


def merge(
    gateways: Iterable[Gateway], translate: Translate, without: Server | None = None
) -> MergedServers:
    """Merge the servers of Gateways, given the oldest first; as if one server were not there."""
    merger = _Merger(translate)
    for gateway in gateways:
        for server in gateway.servers:
            if server is not without:
                merger.add(server)
    return merger.merged


class _Merger:
    """The tables mergeGateways keeps while it walks the servers."""

    def __init__(self, translate: Translate) -> None:
        self.merged = MergedServers()
        self._translate = translate
        self._ports: set[int] = set()
        self._plain: dict[int, MergedServer] = {}
        self._sockets: dict[Socket, SocketServers] = {}
        # Only the last bind of a host is kept, so a third server can slip in between two.
        self._tls_hosts: dict[tuple[int, str], MergedServer] = {}

    def add(self, server: Server) -> None:
        targets = self._translate(server)
        for target in targets:
            self._add_at(server, target)
        if not targets:
            hosts = server_hosts(server)
            merged_server = MergedServer(server, server.port, hosts, "", DropReason.NO_SERVICE_PORT)
            self.merged.servers.append(merged_server)

    def _add_at(self, server: Server, target: int) -> None:
        merged_server = MergedServer(server, target, server_hosts(server), "")
        merged_server.route_config = _route_config(merged_server)
        self.merged.servers.append(merged_server)
        if not server.has("port"):
            merged_server.drop = DropReason.NO_PORT
        elif not (merged_server.has_tls and self._has_duplicates(merged_server)):
            if target not in self._ports:
                self._add_first(merged_server)
            elif target in self._plain:
                self._add_to_plain(merged_server, self._plain[target])
            else:
                self._add_to_tls(merged_server)

    def _has_duplicates(self, merged_server: MergedServer) -> bool:
        rivals: dict[str, MergedServer] = {}
        for host in merged_server.hosts:
            known = self._tls_hosts.get((merged_server.target, host.text))
            if known is not None and known.server.bind == merged_server.server.bind:
                rivals[host.text] = known
        if not rivals:
            for host in merged_server.hosts:
                self._tls_hosts[merged_server.target, host.text] = merged_server
            return False
        merged_server.drop = DropReason.DUPLICATE_HOST
        merged_server.rival = next(iter(rivals.values()))
        # After "*/*" the list that istiod keeps is shorter than the one that was written.
        whole = len(merged_server.hosts) == len(merged_server.server.hosts)
        merged_server.duplicates = tuple(
            index for index, host in enumerate(merged_server.hosts) if whole and host.text in rivals
        )
        return True

    def _add_first(self, merged_server: MergedServer) -> None:
        self._ports.add(merged_server.target)
        self._note_plain(merged_server)
        if merged_server.routes_http:
            self.merged.by_route_config[merged_server.route_config] = [merged_server]
        self._put(merged_server)

    def _add_to_plain(self, merged_server: MergedServer, current: MergedServer) -> None:
        table = self.merged.by_route_config
        if current.server.bind != merged_server.server.bind:
            # As recorded from istiod, not read from its source: a new socket starts the list of
            # its route configuration anew, even if another socket uses that, too (two protocols
            # with one bind, a third bind between them).
            if self._put(merged_server):
                table[merged_server.route_config] = []
            self._note_plain(merged_server)
        elif merged_server.is_http and current.is_http:
            self._sockets[_socket(current)].servers.append(merged_server)
        else:
            merged_server.drop, merged_server.rival = DropReason.PROTOCOL, current
            return
        table.setdefault(merged_server.route_config, []).append(merged_server)

    def _add_to_tls(self, merged_server: MergedServer) -> None:
        if merged_server.routes_http:
            known = self.merged.by_route_config.get(merged_server.route_config)
            if known is not None:
                merged_server.drop, merged_server.rival = DropReason.PORT_NAME, known[0]
                return
            self.merged.by_route_config[merged_server.route_config] = [merged_server]
        # As recorded from istiod: plain HTTP after TLS stays, and later servers are compared with
        # it. No recording has plain TCP there; it is taken to do the same.
        self._note_plain(merged_server)
        self._put(merged_server)

    def _note_plain(self, merged_server: MergedServer) -> None:
        """A plain server is what later ones on its port are compared with; TLS ones are not."""
        if merged_server.is_http or not merged_server.has_tls:
            self._plain[merged_server.target] = merged_server

    def _put(self, merged_server: MergedServer) -> bool:
        """File a server under its own socket; say whether that is a new one."""
        socket = _socket(merged_server)
        known = self._sockets.get(socket)
        is_new = known is None
        if known is None:
            known = SocketServers(socket, merged_server.route_config, [])
            self._sockets[socket] = known
            self.merged.sockets.append(known)
        known.servers.append(merged_server)
        return is_new


def _socket(merged_server: MergedServer) -> Socket:
    return Socket(
        merged_server.target,
        merged_server.server.child("port").text("protocol"),
        merged_server.server.bind,
    )


def _route_config(merged_server: MergedServer) -> str:
    server = merged_server.server
    bind = f".{server.bind}" if server.bind else ""
    if merged_server.is_http:
        return f"http.{merged_server.target}{bind}"
    if merged_server.protocol is Protocol.HTTPS and not merged_server.is_passthrough:
        gateway = server.gateway
        name = f"{server.port_name}.{gateway.name}.{gateway.namespace}"
        return f"https.{server.port}.{name}{bind}"
    return ""
