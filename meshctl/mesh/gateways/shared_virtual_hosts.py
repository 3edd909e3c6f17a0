"""Gateway hosts that several VirtualServices share, with their routes in Envoy's order.

istiod puts the routes of all VirtualServices for a host at one gateway into one list: by the age
of the Gateway, then private before exported before public ones, then by their own age; routes
that take every request go to the end (buildGatewayHTTPRouteConfig and sortVHostRoutes,
pilot/pkg/networking/core/gateway.go, Istio 1.31). Inside the mesh they are not merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.core.precedence import order_is_known
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.route_matches import RouteMatch, RouteMatches
from meshctl.mesh.traffic.routes import Routes
from meshctl.resources import Gateway, VirtualService
from meshctl.words import all_of

if TYPE_CHECKING:
    from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
    from meshctl.mesh.gateways.virtual_hosts import VirtualHost


@dataclass(frozen=True, slots=True, eq=False)
class SharedVirtualHost:
    """The http matches of a host at a gateway, of several VirtualServices, in Envoy's order."""

    host: str
    gateway: str
    """How messages name the gateway: all Gateways that let the host in."""
    gateways: tuple[Gateway, ...]
    ranks: dict[VirtualService, int]
    """Private ones come first (0), then those exported by name (1), then public ones (2)."""
    alternatives: tuple[RouteMatch, ...]

    def order_is_known(self, match: RouteMatch, other: RouteMatch) -> bool:
        """Is it certain which comes first, or does that take ages that files don't carry?"""
        services = match.service, other.service
        if not order_is_known(self.gateways):
            return False
        return self.ranks[services[0]] != self.ranks[services[1]] or order_is_known(services)


@dataclass(frozen=True, slots=True, eq=False)
class HostOrder:
    """The VirtualServices of a host in one route configuration, in Envoy's order."""

    where: str
    positions: dict[VirtualService, int]


class SharedVirtualHosts:
    """The hosts of gateways that several VirtualServices share.

    ``orders`` has, once all of them are walked, each host's order in every route configuration,
    for routes that take some requests and for those that take all: the ages of the Gateways that
    bind the VirtualServices decide, and listeners differ in those.
    """

    def __init__(
        self, services: Sequence[VirtualService], matches: RouteMatches, routes: Routes,
        gateways: Gateways,
    ) -> None:  # fmt: skip
        self._services = services
        self._matches = matches
        self._routes = routes
        self._gateways = gateways
        self.orders: dict[tuple[str, bool], list[HostOrder]] = {}

    def __iter__(self) -> Iterator[SharedVirtualHost]:
        """Walk them; hosts with the same list only once."""
        firsts = self._gateways.firsts
        if any(map(self._may_share, firsts)):  # else no routes need to be built
            for effective in firsts:
                yield from self._at_known_gateway(effective)
        yield from self._at_unknown_gateways()

    def _may_share(self, effective: EffectiveGateway) -> bool:
        """May two VirtualServices have a host in common here, by their hosts as they are written?"""
        owners: dict[str, VirtualService] = {}
        for gateway in effective.gateways:
            for service in self._routes.naming(gateway.key_name):
                for written in service.hosts:
                    host = self._routes.full_name(written, service.namespace).lower()
                    if owners.setdefault(host, service) is not service:
                        return True
        return any(map(is_wildcard, owners)) and len(frozenset(owners.values())) > 1

    def _at_known_gateway(self, effective: EffectiveGateway) -> Iterator[SharedVirtualHost]:
        seen: set[frozenset[RouteMatch]] = set()
        for config, hosts in effective.route_configs.items():
            where = f"{config} of {effective.workload.name}"
            for host in hosts:
                services = dict.fromkeys(route.virtual_service for route in host.routes)
                self._add_order(where, host)
                if len(services) > 1:
                    found = tuple(self._written(host))
                    if frozenset(found) not in seen:
                        seen.add(frozenset(found))
                        yield self._shared(effective, host, found)

    def _add_order(self, where: str, host: VirtualHost) -> None:
        """Keep the order of the routes that take every request apart: they are at the end."""
        for takes_all in (False, True):
            services = dict.fromkeys(
                route.virtual_service for route in host.routes if route.is_catch_all is takes_all
            )
            order = HostOrder(
                where, {virtual_service: number for number, virtual_service in enumerate(services)}
            )
            for domain in host.domains:
                self.orders.setdefault((domain, takes_all), []).append(order)

    def _written(self, host: VirtualHost) -> Iterator[RouteMatch]:
        """Walk what the routes were made of; two servers may have brought the same ones."""
        found = dict.fromkeys(self._matches.find(route) for route in host.routes)
        return (match for match in found if match is not None)

    def _shared(
        self, effective: EffectiveGateway, host: VirtualHost, found: Iterable[RouteMatch]
    ) -> SharedVirtualHost:
        gateways = tuple(dict.fromkeys(server.server.gateway for server in host.servers))
        name = all_of([gateway.key_name for gateway in gateways])
        here = tuple(match.at(name, any_port=True) for match in found)
        namespace = effective.workload.namespace
        ranks = {match.service: self._routes.rank(match.service, namespace) for match in here}
        return SharedVirtualHost(host.domains[0], name, gateways, ranks, here)

    def _at_unknown_gateways(self) -> Iterator[SharedVirtualHost]:
        """Group by host where the Gateway is not in the input, as if it let in every host."""
        groups: dict[tuple[str, str], dict[VirtualService, None]] = {}
        for service in self._services:
            for name in self._routes.gateways_of(service):
                if name != MESH and self._gateways.find(name) is None:
                    for host in service.hosts:
                        groups.setdefault((name, host.lower()), {})[service] = None
        seen: set[tuple[str, frozenset[VirtualService]]] = set()
        for (name, host), services in groups.items():
            several = name, frozenset(services)
            if len(services) > 1 and several not in seen:
                seen.add(several)
                bound = [
                    virtual_service
                    for virtual_service in self._routes.naming(name)
                    if virtual_service in services
                ]
                found = [match for service in bound for match in self._read_at(service, name)]
                found.sort(key=lambda match: match.is_catch_all)
                yield SharedVirtualHost(host, name, (), dict.fromkeys(bound, 2), tuple(found))

    def _read_at(self, service: VirtualService, gateway: str) -> Iterator[RouteMatch]:
        """Walk the matches that a gateway reads, up to the first that takes every request."""
        for match in self._matches.of(service):
            if gateway in match.request.gateways:
                yield match.at(gateway, any_port=False)
                if match.is_catch_all and match.request.port is None:
                    return
