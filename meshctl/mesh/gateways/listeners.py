"""Builds the listeners and filter chains of a gateway workload.

Mirrors buildGatewayListeners, createGatewayTCPFilterChainOpts and
buildGatewayNetworkFiltersFromTLSRoutes (pilot/pkg/networking/core/gateway.go, Istio 1.31).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from operator import itemgetter
from typing import NamedTuple

from meshctl.istio.protocols import Protocol
from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.core.hosts import covers
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateways.server_merge import (
    MergedServer,
    MergedServers,
    ServerHost,
    SocketServers,
)
from meshctl.mesh.gateways.virtual_hosts import intersections
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.traffic.delegates import resolved
from meshctl.mesh.traffic.routes import ProxyNode, Routes, WeightedCluster
from meshctl.resources import Match, Route, VirtualService

_ANY_PORT = 0
"""Stands for a match that asks for no port."""


class FilterChain(NamedTuple):
    """One filter chain: what it takes (``sni``, empty for anything) and where that goes.

    Either ``route_config`` names the HTTP routes, or ``targets`` are the TCP upstreams of
    ``route``; ``upstream`` is set for the chains of AUTO_PASSTHROUGH.
    """

    server: MergedServer
    sni: tuple[str, ...]
    route_config: str = ""
    targets: tuple[WeightedCluster, ...] = ()
    route: Route | None = None
    upstream: tuple[str, int] | None = None


@dataclass(slots=True, eq=False)
class Listener:
    """A port and address that Envoy listens on, with its chains in order."""

    bind: str
    port: int
    chains: list[FilterChain] = field(default_factory=list)

    @property
    def name(self) -> str:
        """How istiod names it."""
        return f"{self.bind}_{self.port}"

    @property
    def duplicate_sni(self) -> dict[str, list[FilterChain]]:
        """SNI names (empty: none) of more than one chain; Envoy refuses such a listener."""
        taken: dict[str, list[FilterChain]] = {}
        for chain in self.chains:
            for name in dict.fromkeys(chain.sni) or ("",):
                taken.setdefault(name, []).append(chain)
        return {name: chains for name, chains in taken.items() if len(chains) > 1}


class SkippedRoute(NamedTuple):
    """A tls route that got no chain, since an earlier server or route has one of its SNIs."""

    server: MergedServer
    match: Match
    rival: MergedServer | Match


def build_listeners(
    merged: MergedServers, routes: Routes, registry: Registry, proxy: ProxyNode
) -> tuple[tuple[Listener, ...], tuple[SkippedRoute, ...]]:
    """Build the listeners, sorted by name, and list the tls routes that were left out."""
    builder = _ListenerBuilder(routes, registry, proxy)
    by_name: dict[str, Listener] = {}
    for socket in merged.sockets:
        listener = Listener(socket.socket.bind or "0.0.0.0", socket.socket.port)  # noqa: S104
        listener = by_name.setdefault(listener.name, listener)
        listener.chains += builder.chains(socket)
    found = [listener for listener in by_name.values() if listener.chains]
    found.sort(key=lambda each_listener: each_listener.name)
    return tuple(found), tuple(builder.skipped)


class _ListenerBuilder:
    def __init__(self, routes: Routes, registry: Registry, proxy: ProxyNode) -> None:
        self._routes = routes
        self._registry = registry
        self._proxy = proxy
        self._sni: dict[tuple[int, str], tuple[str, Match]] = {}
        self._let_in: dict[tuple[str, tuple[ServerHost, ...]], Sequence[VirtualService]] = {}
        self._tcp_routes = IdentityCache(_tcp_routes_by_port)
        self.skipped: list[SkippedRoute] = []

    def chains(self, socket: SocketServers) -> Iterator[FilterChain]:
        first = socket.servers[0]
        if first.is_http:
            yield FilterChain(first, (), socket.route_config)
            return
        for server in socket.servers:
            if server.terminates_https:
                yield FilterChain(server, _names(server.sni_hosts), server.route_config)
            elif not server.is_passthrough:
                yield from self._tcp(server)
            elif server.server.tls.text("mode") == "AUTO_PASSTHROUGH":
                yield from self._by_upstream(server)
            else:
                yield from self._tls(server)

    def _services(self, server: MergedServer) -> Sequence[VirtualService]:
        """Those that a server lets in; servers of one Gateway with the same hosts share one sequence."""
        key = server.gateway_name, server.hosts
        known = self._let_in.get(key)
        if known is None:
            bound = self._routes.bound(server.gateway_name, self._proxy.namespace)
            found = intersections(server, bound).values()
            known = self._let_in[key] = tuple(service for service, _ in found)
        return known

    def _tcp(self, server: MergedServer) -> Iterator[FilterChain]:
        """The first tcp route that fits takes everything."""
        by_port = self._tcp_routes.of(self._services(server))
        several = (by_port.get(port, ()) for port in (_ANY_PORT, server.server.port))
        for _, route in merge(*several, key=itemgetter(0)):
            if not route.matches or any(_fits(match, server) for match in route.matches):
                yield self._tcp_chain(server, route)
                return

    def _tcp_chain(self, server: MergedServer, route: Route) -> FilterChain:
        sni = _names(server.sni_hosts) if server.has_tls else ()
        return FilterChain(server, sni, "", self._targets(route, server), route)

    def _tls(self, server: MergedServer) -> Iterator[FilterChain]:
        for service in self._services(server):
            for route in service.tls:
                for match in route.matches if route.routes else ():
                    if _fits(match, server) and not self._is_taken(match, server):
                        sni = _names(match.texts("sniHosts"))
                        yield FilterChain(server, sni, "", self._targets(route, server), route)

    def _is_taken(self, match: Match, server: MergedServer) -> bool:
        bind = server.server.bind
        names = match.texts("sniHosts")
        for name in names:
            known = self._sni.get((server.target, name))
            if known is not None and known[0] == bind:
                self.skipped.append(SkippedRoute(server, match, known[1]))
                return True
        for name in names:
            self._sni[server.target, name] = bind, match
        return False

    def _targets(self, route: Route, server: MergedServer) -> tuple[WeightedCluster, ...]:
        port, entries = server.server.port, route.routes
        if len(entries) == 1:
            return (self._routes.target(entries[0].destination, port, self._proxy),)
        return tuple(
            self._routes.target(entry.destination, port, self._proxy, entry.weight)
            for entry in entries
            if entry.weight
        )

    def _by_upstream(self, server: MergedServer) -> Iterator[FilterChain]:
        """AUTO_PASSTHROUGH: one chain for each port of each service that the hosts cover."""
        for registered_host in self._registry:
            covered = any(covers(host, registered_host.host) for host in server.sni_hosts)
            if not covered or registered_host.is_external:
                continue
            namespace = self._proxy.namespace
            if namespace is None or is_visible_to(registered_host.visible, namespace):
                for port in registered_host.ports:
                    if port.protocol is not Protocol.UDP:
                        sni = f"outbound_.{port.number}_._.{registered_host.host}"
                        yield FilterChain(
                            server, (sni,), upstream=(registered_host.host, port.number)
                        )


def _tcp_routes_by_port(
    services: Sequence[VirtualService],
) -> Mapping[int, Sequence[tuple[int, Route]]]:
    """List what may go on as bare connections by the ports that the matches ask for, in istiod's order."""
    found: dict[int, list[tuple[int, Route]]] = {}
    number = 0
    for service in services:
        several = [route for route in service.tcp if route.routes]
        if service.origin_kind == "TLSRoute":
            # At a server that opens TLS its SNI names don't matter any more.
            several += [route for route in service.tls if route.matches]
        for route in several:
            number += 1
            for port in {match.port or _ANY_PORT for match in route.matches} or {_ANY_PORT}:
                found.setdefault(port, []).append((number, route))
    return found


def _names(sni: Iterable[str]) -> tuple[str, ...]:
    """Make the SNI of a chain; with a ``*`` among them there is none."""
    names = tuple(sorted(sni))
    return () if "*" in names else names


def _fits(match: Match, server: MergedServer) -> bool:
    if match.port and match.port != server.server.port:
        return False
    gateways = resolved(match).gateways
    return not gateways or server.gateway_name in gateways
