"""The routes and TCP chains of a client's sidecar that somebody has written.

Mirrors BuildSidecarOutboundVirtualHosts and generateVirtualHostDomains
(pilot/pkg/networking/core/httproute.go), buildSidecarOutboundTLSFilterChainOpts and its TCP twin
(tls.go), Istio 1.31. Hosts that lead straight to their Service, as by default, are left out.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.istio.protocols import Protocol
from meshctl.mesh.core.hosts import is_wildcard, overlaps
from meshctl.mesh.core.selectors import selects
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.traffic.delegates import MESH, resolved
from meshctl.mesh.traffic.routes import EffectiveRoute, WeightedCluster
from meshctl.mesh.traffic.sidecar_routes import (
    HTTP_PORT,
    RoutingClient,
    SidecarRoutes,
    SidecarTable,
    speaks_http,
)
from meshctl.resources import Match, Route, Service, VirtualService


class ClientVirtualHost(NamedTuple):
    """What a sidecar does with requests for some domains on one port."""

    name: str
    domains: tuple[str, ...]
    routes: tuple[EffectiveRoute, ...]


class ClientChain(NamedTuple):
    """Where connections go, with these SNI names (empty: whatever they say)."""

    sni: tuple[str, ...]
    targets: tuple[WeightedCluster, ...]
    virtual_service: VirtualService
    route: Route


class ClientListener(NamedTuple):
    """The address and port of a Service with its chains."""

    address: str
    port: int
    chains: tuple[ClientChain, ...]
    is_tls: bool

    @property
    def name(self) -> str:
        """How istiod names it."""
        return f"{self.address}_{self.port}"

    @property
    def passes_others_through(self) -> bool:
        """Do connections that no chain takes go to the address they are for?"""
        return self.is_tls and all(chain.sni for chain in self.chains)


class ClientTable(NamedTuple):
    """The route configurations by name, and the listeners."""

    routes: dict[str, tuple[ClientVirtualHost, ...]]
    listeners: tuple[ClientListener, ...]


def client_table(sidecars: SidecarRoutes, client: RoutingClient, domain: str) -> ClientTable:
    """Build the table of a client."""
    builder = _Builder(sidecars, client, domain)
    hosts = sorted(builder.virtual_hosts(), key=lambda one: (one[0], one[1].name))
    found: dict[str, list[ClientVirtualHost]] = {}
    for name, host in hosts:
        found.setdefault(name, []).append(host)
    listeners = sorted(builder.listeners(), key=lambda one: one.name)
    return ClientTable({name: tuple(several) for name, several in found.items()}, tuple(listeners))


class _Builder:
    def __init__(self, sidecars: SidecarRoutes, client: RoutingClient, domain: str) -> None:
        self._sidecars = sidecars
        self._client = client
        self._domain = domain
        self._bound = sidecars.bound(client.namespace)
        self._tables: dict[int, SidecarTable | None] = {}

    def virtual_hosts(self) -> Iterator[tuple[str, ClientVirtualHost]]:
        """Walk those that a VirtualService routes for, each with its route configuration."""
        for host in dict.fromkeys(self._hosts()):
            declared = self._sidecars.declared(host)
            ports = {port.number: port for one in declared for port in one.ports}
            for number in ports or (HTTP_PORT,):
                table = self._table(number)
                found = table.at(host) if table is not None else None
                if found is not None and found.virtual_service is not None:
                    name = f"{host}:{number}"
                    port = ports.get(number)
                    is_sniffed = port is not None and port.protocol is Protocol.AUTO
                    domains = self._domains(found.service, host)
                    one = ClientVirtualHost(name, domains, found.routes)
                    yield name if is_sniffed else str(number), one

    def listeners(self) -> Iterator[ClientListener]:
        """Walk those of TCP and TLS ports that a VirtualService routes for."""
        for host in dict.fromkeys(self._hosts()):
            numbers = {port.number for one in self._sidecars.declared(host) for port in one.ports}
            for number in numbers:
                table = self._table(number)
                one = table.service(host) if table is not None else None
                port = one.port(number) if one is not None else None
                if one is None or port is None or speaks_http(port):
                    continue
                is_tls = port.protocol.is_tls
                chains = tuple(self._tls(one, port) if is_tls else self._tcp(one, port))
                if chains and isinstance(one.source, Service):
                    address = one.source.spec.text("clusterIP")
                    yield ClientListener(address, number, chains, is_tls)

    def _hosts(self) -> Iterator[str]:
        """Walk the hosts that VirtualServices are for; a wildcard stands for those declared."""
        for service in self._bound.services:
            for host in self._sidecars.hosts(service):
                if is_wildcard(host):
                    yield from (one.host for one in self._sidecars.covered_by(host))
                else:
                    yield host

    def _table(self, port: int) -> SidecarTable | None:
        if port not in self._tables:
            self._tables[port] = self._sidecars.table(self._client, port)
        return self._tables[port]

    def _domains(self, one: RegisteredHost | None, host: str) -> tuple[str, ...]:
        """Name the domains of a host: with a final dot, shortened, and its address."""
        if one is None:
            return (host,)
        found = [host, f"{host}."]
        stem = host.removesuffix(f".svc.{self._domain}")
        name, dot, namespace = stem.partition(".")
        if stem != host and dot:
            if namespace == self._client.namespace:
                found += [name, f"{stem}.svc", stem]
            else:
                found += [stem, f"{stem}.svc"]
        source = one.source
        if isinstance(source, Service):
            if source.is_headless:
                found += [f"*.{domain}" for domain in found]
            address = source.spec.text("clusterIP")
            found += [address] if address not in {"", "None"} else []
        return tuple(found)

    def _configs(self, one: RegisteredHost, port: int) -> Iterator[VirtualService]:
        table = self._table(port)
        for service in self._bound.services:
            fits = any(overlaps(host, one.host) for host in self._sidecars.hosts(service))
            if fits and table is not None and table.reads(service):
                yield service

    def _tcp(self, one: RegisteredHost, port: HostPort) -> Iterator[ClientChain]:
        """The first tcp rule that fits takes everything."""
        for service in self._configs(one, port.number):
            for route in service.tcp:
                fits = not route.matches or any(self._fits(match, port) for match in route.matches)
                if route.routes and fits:
                    yield ClientChain((), self._targets(route, port), service, route)
                    return

    def _tls(self, one: RegisteredHost, port: HostPort) -> Iterator[ClientChain]:
        taken = set()
        for service in self._configs(one, port.number):
            for route in service.tls:
                for match in route.matches if route.routes else ():
                    sni = match.texts("sniHosts")
                    if self._fits(match, port) and sni not in taken:
                        taken.add(sni)
                        names = () if "*" in sni else tuple(sorted(sni))
                        yield ClientChain(names, self._targets(route, port), service, route)

    def _fits(self, match: Match, port: HostPort) -> bool:
        gateways = resolved(match).gateways
        namespace = match.text("sourceNamespace")
        labels, own = match.labels_of("sourceLabels"), self._client.labels
        return (
            (not gateways or MESH in gateways)
            and match.port in {None, 0, port.number}
            and namespace in {"", self._client.namespace}
            and (own is None or selects(labels, own))
        )

    def _targets(self, route: Route, port: HostPort) -> tuple[WeightedCluster, ...]:
        entries = route.routes
        if len(entries) == 1:
            return (self._sidecars.target(entries[0].destination, port.number, self._client),)
        return tuple(
            self._sidecars.target(entry.destination, port.number, self._client, entry.weight)
            for entry in entries
            if entry.weight
        )
