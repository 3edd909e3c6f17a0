"""Gateway hosts that several VirtualServices share, with their routes in Envoy's order.

istiod puts the routes of all VirtualServices for a host at one gateway into one list: by the age
of the Gateway, then private before exported before public ones, then by their own age; routes
that take every request go to the end (buildGatewayHTTPRouteConfig and sortVHostRoutes,
pilot/pkg/networking/core/gateway.go, Istio 1.31). Inside the mesh they are not merged.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshctl.mesh.core.precedence import order_is_known
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.virtual_hosts import VirtualHost
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.route_matches import RouteMatch
from meshctl.resources import Gateway, VirtualService

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh


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


def shared_hosts(mesh: "Mesh") -> Iterator[SharedVirtualHost]:
    """Walk the hosts that several VirtualServices share; hosts with the same list only once."""
    for effective in mesh.gateways:
        yield from _at_known_gateway(mesh, effective)
    yield from _at_unknown_gateways(mesh)


def _at_known_gateway(mesh: "Mesh", effective: EffectiveGateway) -> Iterator[SharedVirtualHost]:
    seen: set[frozenset[RouteMatch]] = set()
    for hosts in effective.route_configs.values():
        for host in hosts:
            services = dict.fromkeys(route.virtual_service for route in host.routes)
            if len(services) > 1:
                found = tuple(_written(mesh, host))
                if frozenset(found) not in seen:
                    seen.add(frozenset(found))
                    yield _shared(mesh, effective, host, found)


def _written(mesh: "Mesh", host: VirtualHost) -> Iterator[RouteMatch]:
    """Walk what the routes were made of; two servers may have brought the same ones."""
    found = dict.fromkeys(mesh.route_matches.find(route) for route in host.routes)
    return (match for match in found if match is not None)


def _shared(
    mesh: "Mesh", effective: EffectiveGateway, host: VirtualHost, found: Iterable[RouteMatch]
) -> SharedVirtualHost:
    gateways = tuple(dict.fromkeys(server.server.gateway for server in host.servers))
    name = " and ".join(gateway.key_name for gateway in gateways)
    here = tuple(match.at(name, any_port=True) for match in found)
    namespace = effective.workload.namespace
    ranks = {match.service: mesh.routes.rank(match.service, namespace) for match in here}
    return SharedVirtualHost(host.domains[0], name, gateways, ranks, here)


def _at_unknown_gateways(mesh: "Mesh") -> Iterator[SharedVirtualHost]:
    """Group by host where the Gateway is not in the input, as if it let in every host."""
    groups: dict[tuple[str, str], dict[VirtualService, None]] = {}
    for service in mesh.of(VirtualService):
        for name in mesh.routes.gateways_of(service):
            if name != MESH and mesh.gateways.find(name) is None:
                for host in service.hosts:
                    groups.setdefault((name, host.lower()), {})[service] = None
    seen: set[tuple[str, frozenset[VirtualService]]] = set()
    for (name, host), services in groups.items():
        several = name, frozenset(services)
        if len(services) > 1 and several not in seen:
            seen.add(several)
            bound = [service for service in mesh.routes.naming(name) if service in services]
            found = [match for service in bound for match in _read_at(mesh, service, name)]
            found.sort(key=lambda match: match.is_catch_all)
            yield SharedVirtualHost(host, name, (), dict.fromkeys(bound, 2), tuple(found))


def _read_at(mesh: "Mesh", service: VirtualService, gateway: str) -> Iterator[RouteMatch]:
    """Walk the matches that a gateway reads, up to the first that takes every request."""
    for match in mesh.route_matches.of(service):
        if gateway in match.request.gateways:
            yield match.at(gateway, any_port=False)
            if match.is_catch_all and match.request.port is None:
                return
