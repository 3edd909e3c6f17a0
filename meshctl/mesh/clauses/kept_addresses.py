"""Where connections to a ServiceEntry without resolution are really made to.

``NONE`` keeps the address and port that the client dialled (an ORIGINAL_DST cluster; the port
changes only where the entry's port has a ``targetPort``: cluster_builder.go). A gateway is dialled
itself, so there such a host has no endpoints (cluster.go, pilot/pkg/networking/core, Istio 1.31).
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.traffic.delegates import MESH, gateway_name
from meshctl.resources import Destination, Match, Route, ServiceEntry, VirtualService
from meshctl.resources.cached_property import cached_property


class KeptPort(NamedTuple):
    """A route to another port than the client dialled, where the connection goes there anyway."""

    destination: Destination
    dialled: int
    port: HostPort
    entry: RegisteredHost


class KeptAddresses:
    """Answers for the destinations of VirtualServices."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @cached_property
    def _hosts(self) -> frozenset[str]:
        """The hosts of all such entries."""
        return frozenset(one.host for one in self._parts.registry if _keeps(one))

    def entry(self, destination: Destination) -> RegisteredHost | None:
        """Find the ServiceEntry without resolution that a destination means, if it is one."""
        if self._parts.reachability.clusters.host_of(destination) not in self._hosts:
            return None
        declared = self._parts.reachability.clusters.declared(destination)
        if declared and all(_keeps(registered_host) for registered_host in declared):
            return declared[0]
        return None

    def unreachable(
        self, service: VirtualService
    ) -> Iterator[tuple[str, Destination, RegisteredHost]]:
        """Walk the destinations that a gateway routes to and can't reach, each with the gateway."""
        for route in service.routes if self._hosts else ():
            gateways = self._gateways(route, service)
            for entry in route.routes if gateways else ():
                host = self.entry(entry.destination)
                if host is not None:
                    yield gateways[0], entry.destination, host

    def changed_ports(self, service: VirtualService) -> Iterator[KeptPort]:
        """Walk the routes of sidecars that mean another port of an entry than the dialled one."""
        for route in (
            service.routes if MESH in self._parts.traffic.routes.gateways_of(service) else ()
        ):
            for weighted in route.routes:
                destination = weighted.destination
                host = self.entry(destination) if destination.port else None
                port = host.port(destination.port or 0) if host is not None else None
                if host is None or port is None or port.view.has("targetPort"):
                    continue
                for dialled in self._dialled(route, service):
                    if dialled != port.number:
                        yield KeptPort(destination, dialled, port, host)
                        break

    def _gateways(self, route: Route, service: VirtualService) -> list[str]:
        """Name the known Gateways, whose pods are gateways, that a route is for."""
        names = [one for one in self._parts.traffic.routes.gateways_of(service) if one != MESH]
        asked = [
            {gateway_name(name, service.namespace) for name in match.gateways}
            for match in route.matches
        ]
        return [
            name
            for name in names
            if (not asked or any(not one or name in one for one in asked))
            and self._parts.gateways.find(name) is not None
        ]

    def _dialled(self, route: Route, service: VirtualService) -> Iterator[int]:
        """Walk the ports that clients in the mesh dial to come to a route."""
        if route.matches:
            for match in route.matches:
                if match.port and _is_for_mesh(match):
                    yield match.port
            return
        hosts = self._parts.sidecar_routes.hosts(service)
        ports = {
            p.number
            for h in hosts
            for registered_host in self._parts.registry.at(h)
            for p in registered_host.ports
        }
        if len(ports) == 1:
            yield from ports


def _is_for_mesh(match: Match) -> bool:
    return not match.gateways or MESH in match.gateways


def _keeps(host: RegisteredHost) -> bool:
    return isinstance(host.source, ServiceEntry) and host.source.resolution == "NONE"
