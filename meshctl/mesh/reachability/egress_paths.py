"""Egress paths: the hops from sidecars to a gateway, and what the gateway does with them.

A request to an egress gateway needs two legs: a route of sidecars to the gateway's Service, and a
route at the gateway for the same host.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.reachability.clusters import Clusters
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.traffic.delegates import MESH, gateway_name
from meshctl.mesh.traffic.routes import Routes
from meshctl.resources import Destination, Match, Route, Service, VirtualService
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
    from meshctl.mesh.gateways.server_merge import MergedServer


class EgressHop(NamedTuple):
    """A route of sidecars to a gateway: for this host, to that port of the container."""

    route: Route
    destination: Destination
    host: str
    gateway: EffectiveGateway
    port: int

    @property
    def servers(self) -> list[MergedServer]:
        """The servers of the gateway that take the host on this port."""
        return self.gateway.taking(self.port, self.host)


class EgressPaths:
    """The first legs of egress, by VirtualService."""

    def __init__(
        self, registry: Registry, routes: Routes, gateways: Gateways, clusters: Clusters
    ) -> None:
        self._registry = registry
        self._routes = routes
        self._gateways = gateways
        self._clusters = clusters
        self._legs: dict[VirtualService, Sequence[EgressHop]] = {}

    def legs(self, service: VirtualService) -> Sequence[EgressHop]:
        """The routes of sidecars that lead to a gateway of the input."""
        known = self._legs.get(service)
        if known is None:
            known = self._legs[service] = tuple(self._find(service))
        return known

    def _find(self, service: VirtualService) -> Iterator[EgressHop]:
        if MESH not in self._routes.gateways_of(service) or not self._by_service:
            return
        hosts = [self._registry.fqdn(host, service.namespace) for host in service.hosts]
        for route in service.routes:
            rewrites = route.child("rewrite").has("authority")
            if rewrites or not _is_for(route, MESH):
                continue
            for entry in route.routes:
                found = self.gateway_behind(entry.destination)
                for host in hosts if found is not None else ():
                    if found is not None and not is_wildcard(host):
                        yield EgressHop(route, entry.destination, host, *found)

    def returns(self, service: VirtualService) -> Iterator[tuple[Destination, str]]:
        """Walk the destinations of a gateway's routes that are that gateway itself.

        Gives each with the name of the Gateway whose server takes the request there again.
        """
        hosts = [self._registry.fqdn(host, service.namespace) for host in service.hosts]
        for name in self._routes.gateways_of(service) if self._by_service else ():
            for route in _reached(service, name) if name != MESH else ():
                if route.child("rewrite").data:
                    continue
                for entry in route.routes:
                    found = self.gateway_behind(entry.destination)
                    if found is None:
                        continue
                    gateway, port = found
                    if any(gateway.serves(name, port, host) for host in hosts):
                        yield entry.destination, name

    def names_second(self, service: VirtualService) -> bool:
        """Does a VirtualService with the first leg name Gateways, all of which the input has?"""
        names = [one for one in self._routes.gateways_of(service) if one != MESH]
        return bool(names) and all(self._gateways.find(name) for name in names)

    def has_second(self, leg: EgressHop) -> bool:
        """Is there a route at the gateway for the host, on the servers that take it?"""
        return next(self._seconds(leg), None) is not None

    def http_pairs(self, service: VirtualService) -> Iterator[tuple[Route, list[Route]]]:
        """Walk http routes of sidecars, each with those at the gateway that requests go on by."""
        for leg in self.legs(service):
            if leg.route.kind == "http" and len(leg.route.routes) == 1:
                found = [route for route in self._seconds(leg) if route.kind == "http"]
                if found and leg.route not in found:
                    yield leg.route, found

    def _seconds(self, leg: EgressHop) -> Iterator[Route]:
        for server in leg.servers:
            namespace = leg.gateway.workload.namespace
            bound = self._routes.bound(server.gateway_name, namespace)
            for claim in bound.overlapping(leg.host):
                for route in claim.virtual_service.routes:
                    if _is_for(route, server.gateway_name):
                        yield route

    def gateway_behind(self, destination: Destination) -> tuple[EffectiveGateway, int] | None:
        """Find the gateway of the input that a destination means, and the port of its container."""
        if self._clusters.host_of(destination) not in self._hosts:
            return None
        for declared in self._clusters.declared(destination):
            gateway = (
                self._by_service.get(declared.source)
                if isinstance(declared.source, Service)
                else None
            )
            ports = [port.number for port in declared.ports]
            number = destination.port or (ports[0] if len(ports) == 1 else None)
            if gateway is not None and number is not None:
                return gateway, gateway.workload.target(number)
        return None

    @cached_property
    def _hosts(self) -> frozenset[str]:
        """The hosts of the Services of gateways."""
        found = (self._registry.of(service) for service in self._by_service)
        return frozenset(declared.host for several in found for declared in several)

    @cached_property
    def _by_service(self) -> dict[Service, EffectiveGateway]:
        found: dict[Service, EffectiveGateway] = {}
        for gateway in self._gateways:
            for service in gateway.workload.services:
                found.setdefault(service, gateway)
        return found


def _reached(service: VirtualService, gateway: str) -> Iterator[Route]:
    """Walk the routes for a gateway, of each kind up to the first that takes every request there."""
    for routes in (service.http, service.tls, service.tcp):
        for route in routes:
            if _is_for(route, gateway):
                yield route
                if not route.matches or any(_takes_all(match, gateway) for match in route.matches):
                    break


def _takes_all(match: Match, gateway: str) -> bool:
    """Does a match ask for nothing but a gateway and its port?"""
    home = match.resource.namespace
    names = [gateway_name(name, home) for name in match.gateways]
    return set(match.names()) <= {"gateways", "port", "name"} and (not names or gateway in names)


def _is_for(route: Route, gateway: str) -> bool:
    """Is a route, or one of its matches, for a gateway (or ``mesh``)?"""
    namespace = route.virtual_service.namespace
    return not route.matches or any(
        not match.gateways or gateway in (gateway_name(name, namespace) for name in match.gateways)
        for match in route.matches
    )
