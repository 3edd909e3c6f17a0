"""Servers of one gateway that spoil each other although istiod keeps them all."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshctl.mesh.core.hosts import HostIndex
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.gateways.listeners import FilterChain, Listener
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.mesh.gateways.virtual_hosts import VirtualHost
from meshctl.mesh.traffic.routes import Routes
from meshctl.resources import Server, VirtualService
from meshctl.resources.cached_property import cached_property
from meshctl.resources.resource import UNKNOWN_NAMESPACE


class DuplicateFilterChain(NamedTuple):
    """Two filter chains of a listener with the same match: Envoy refuses the whole listener.

    ``names`` are the SNI names in both; an empty one stands for connections of any SNI, or none.
    """

    listener: Listener
    chain: FilterChain
    first: FilterChain
    names: tuple[str, ...]


class CoalescedHost(NamedTuple):
    """A host that a browser asks for on a connection which another server's chain has taken.

    Both chains present the same certificate, but the routes of ``first`` don't know the host.
    """

    server: MergedServer
    first: MergedServer
    host: str


class RedirectedHost(NamedTuple):
    """A host of a plain server that another server redirects to HTTPS."""

    server: MergedServer
    redirecting: MergedServer
    host: str
    only_plain: tuple[VirtualService, ...]
    """Those that name the plain server's Gateway and not the redirecting one's."""


class MixedNamespaces(NamedTuple):
    """A plain host whose routes come from two namespaces, each through a Gateway of its own."""

    server: MergedServer
    first: MergedServer
    host: str


class ServerConflicts:
    """What goes wrong between servers, by the server that came later."""

    def __init__(self, gateways: Gateways, routes: Routes) -> None:
        self._gateways = gateways
        self._routes = routes

    @cached_property
    def clashes(self) -> dict[Server, list[DuplicateFilterChain]]:
        """Listeners that Envoy refuses."""
        found: dict[Server, list[DuplicateFilterChain]] = {}
        for gateway in self._gateways.firsts:
            for listener in gateway.listeners:
                for clash in _clashes(listener):
                    found.setdefault(clash.chain.server.server, []).append(clash)
        return found

    @cached_property
    def coalescing(self) -> dict[Server, CoalescedHost]:
        """Servers whose hosts browsers ask for on another server's connection."""
        found: dict[Server, CoalescedHost] = {}
        for gateway in self._gateways.firsts:
            for listener in gateway.listeners:
                for coalesced in _coalescing(listener, gateway):
                    found.setdefault(coalesced.server.server, coalesced)
        return found

    @cached_property
    def bleeds(self) -> dict[Server, list[RedirectedHost]]:
        """Plain servers whose requests another server redirects."""
        found: dict[Server, list[RedirectedHost]] = {}
        for host in self._virtual_hosts():
            for bleed in self._bleeds(host):
                found.setdefault(bleed.server.server, []).append(bleed)
        return found

    @cached_property
    def mixes(self) -> dict[Server, list[MixedNamespaces]]:
        """Plain servers whose routes are mixed with those of another namespace."""
        found: dict[Server, list[MixedNamespaces]] = {}
        for host in self._virtual_hosts():
            for server, first in _foreign(host):
                found.setdefault(server.server, []).append(
                    MixedNamespaces(server, first, host.domains[0])
                )
        return found

    def _virtual_hosts(self) -> Iterator[VirtualHost]:
        for gateway in self._gateways.firsts:
            for hosts in gateway.route_configs.values():
                yield from hosts

    def _bleeds(self, host: VirtualHost) -> Iterator[RedirectedHost]:
        plain = [
            server for server in dict.fromkeys(host.servers) if not server.server.https_redirect
        ]
        if not plain:
            return
        services = list(dict.fromkeys(route.virtual_service for route in host.routes))
        for domain, redirecting in host.redirects.items():
            other = redirecting[0].gateway_name
            for server in plain:
                only = tuple(
                    service
                    for service in services
                    if server.gateway_name in self._routes.gateways_of(service)
                    and other not in self._routes.gateways_of(service)
                )
                yield RedirectedHost(server, redirecting[0], domain, only)


def _clashes(listener: Listener) -> Iterator[DuplicateFilterChain]:
    names: dict[tuple[int, int], list[str]] = {}
    chains = listener.chains
    order = {id(chain): number for number, chain in enumerate(chains)}
    for name, several in listener.duplicate_sni.items():
        for chain in several[1:]:
            names.setdefault((order[id(chain)], order[id(several[0])]), []).append(name)
    for (number, first), common in names.items():
        yield DuplicateFilterChain(listener, chains[number], chains[first], tuple(common))


def _coalescing(listener: Listener, gateway: EffectiveGateway) -> Iterator[CoalescedHost]:
    firsts: dict[str, tuple[MergedServer, HostIndex[None]]] = {}
    for chain in listener.chains:
        secret = chain.server.server.credential
        if not chain.server.terminates_https or not secret:
            continue
        domains = _served(chain.server, gateway.route_configs.get(chain.route_config, ()))
        if secret not in firsts:
            index: HostIndex[None] = HostIndex()
            for domain in domains:
                index.add(domain, None)
            firsts[secret] = chain.server, index
            continue
        first, index = firsts[secret]
        lost = next(
            (domain for domain in domains if next(index.covering(domain), None) is None), None
        )
        if lost is not None:
            yield CoalescedHost(chain.server, first, lost)


def _served(server: MergedServer, hosts: Iterable[VirtualHost]) -> list[str]:
    """List what a server answers; without any routes in the input, what it could."""
    routed = [domain for host in hosts if host.routes for domain in host.domains]
    return routed or [host.host for host in server.hosts]


def _foreign(host: VirtualHost) -> Iterator[tuple[MergedServer, MergedServer]]:
    """Find the servers after the first whose Gateway and VirtualServices are another team's.

    A namespace that no file names may be any.
    """
    homes = {route.virtual_service.namespace for route in host.routes} - {UNKNOWN_NAMESPACE}
    if len(homes) < 2:  # noqa: PLR2004
        return
    servers = list(dict.fromkeys(host.servers))
    first = servers[0]
    for server in servers[1:]:
        own, other = server.server.gateway.namespace, first.server.gateway.namespace
        if own != other and UNKNOWN_NAMESPACE not in {own, other}:
            yield server, first
