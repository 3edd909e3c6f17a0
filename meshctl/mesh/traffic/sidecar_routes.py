"""The virtual host that answers a request in a client's sidecar, with its routes.

Mirrors BuildSidecarOutboundVirtualHosts (pilot/pkg/networking/core/httproute.go) and
buildSidecarVirtualHostsForVirtualService with separateVSHostsAndServices
(pilot/pkg/networking/core/route/route.go), Istio 1.31. The table of a listener has the Services
with that port; a host outside the registry is there on port 80, and on ports of HTTP Services that
its VirtualService names too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from meshctl.mesh.core.hosts import HostIndex, is_wildcard
from meshctl.mesh.matching.request_match import RequestMatch, is_catch_all
from meshctl.mesh.registry.services import HostPort, RegisteredHost, Registry
from meshctl.mesh.traffic.binding.bound_virtual_services import BoundHost, BoundVirtualServices
from meshctl.mesh.traffic.delegates import MESH, HttpRule, RuleMatch
from meshctl.mesh.traffic.routes import (
    EffectiveRoute,
    ProxyNode,
    Routes,
    WeightedCluster,
)
from meshctl.resources import Destination, Service, VirtualService
from meshctl.resources.cached_property import cached_property

HTTP_PORT = 80
"""The port whose table has the hosts that no registry knows."""


class EgressView(Protocol):
    """What one egress listener lets a proxy see."""

    def imports(self, host: RegisteredHost, /) -> bool:
        """Does it show a host?"""

    def reads(self, namespace: str, hosts: Sequence[str], /) -> bool:
        """Does it import a VirtualService of a namespace with these full hosts?"""


class RoutingClient(Protocol):
    """A sidecar that asks: ``sidecar_scope`` says what it sees."""

    @property
    def namespace(self) -> str:
        """Where it runs."""

    @property
    def labels(self) -> Mapping[str, str] | None:
        """The labels of its pod; ``None`` is unknown."""

    def scope(self, port: int, /) -> EgressView | None:
        """The listener for calls to a port."""


@dataclass(frozen=True, slots=True, eq=False)
class SidecarVirtualHost:
    """A virtual host in the table of one port.

    Without a VirtualService every request goes to the registered host itself, on this port.
    """

    domain: str
    port: int
    service: RegisteredHost | None
    virtual_service: VirtualService | None
    routes: tuple[EffectiveRoute, ...]

    @property
    def answers_all(self) -> bool:
        """Is there a route for every request?"""
        return self.virtual_service is None or any(route.is_catch_all for route in self.routes)


class SidecarRoutes:
    """The route tables of sidecars, asked by host and port."""

    def __init__(self, routes: Routes, registry: Registry) -> None:
        self._routes = routes
        self._registry = registry
        self._hosts: dict[VirtualService, tuple[str, ...]] = {}
        self._ports: dict[str, frozenset[int] | None] = {}
        self._led: dict[VirtualService, HostIndex[str]] = {}

    def find(self, client: RoutingClient, host: str, port: int) -> SidecarVirtualHost | None:
        """Find the virtual host that answers a full host name on a port; ``None``: there is none.

        A request without one goes where it was dialled, or is refused (REGISTRY_ONLY).
        """
        table = self.table(client, port)
        if table is None:
            return None
        found = map(table.at, table.domains(host.lower().removesuffix(".")))
        return next((virtual_host for virtual_host in found if virtual_host is not None), None)

    def table(self, client: RoutingClient, port: int) -> "SidecarTable | None":
        """Give the table of a port; ``None`` where a Sidecar leaves no listener for it."""
        scope = client.scope(port)
        if scope is None:
            return None
        return SidecarTable(self, client, scope, port)

    def ports(self, client: RoutingClient, host: str) -> list[int]:
        """List the ports on which the client has routes for a full host name, in order."""
        known = [
            port.number
            for registered_host in self._registry.at(host)
            for port in registered_host.ports
        ]
        known += [port.number for several in self._registry.covering(host) for registered_host in several
                  for port in registered_host.ports]  # fmt: skip
        for several in self._routes.bound(MESH, client.namespace).covering(host):
            for bound in several:
                known += self.http_ports(bound.virtual_service)
        wanted = sorted({*known, HTTP_PORT})
        return [port for port in wanted if self.find(client, host, port) is not None]

    def http_ports(self, service: VirtualService) -> list[int]:
        """List the ports for which sidecars that see all may have its routes, in order.

        They are the HTTP ports of the registered hosts it names, and 80 where it names none.
        """
        ports = (self._http_ports_of(host) for host in self.hosts(service))
        found = {port for several in ports for port in several or ()}
        return sorted(found) or [HTTP_PORT]

    def listener_ports(self, destination: Destination) -> frozenset[int]:
        """The ports that stand in for the port which an http destination or mirror leaves out.

        Empty for one with a port of its own, and where the hosts of its VirtualService are unknown.
        """
        return self._listener_ports.get(destination, frozenset())

    @cached_property
    def _listener_ports(self) -> dict[Destination, frozenset[int]]:
        found: dict[Destination, set[int]] = {}
        for service in self._routes.naming(MESH):
            for port in self._called_ports(service):
                for rule, *_ in self._requests(service, port):
                    for destination in rule.destinations:
                        if destination.port is None:
                            found.setdefault(destination, set()).add(port)
        return {destination: frozenset(ports) for destination, ports in found.items()}

    def gap(self, service: VirtualService) -> tuple[str, int] | None:
        """Find a registered host and port for which its rules don't take every request.

        Rules for certain clients are another question: others get the host itself.
        """
        if MESH not in self._routes.gateways_of(service):
            return None
        for host in self.hosts(service):
            for registered_host in self._registry.at(host):
                for port in filter(speaks_http, registered_host.ports):
                    taken = [
                        is_catch_all(request) or _is_for_certain_clients(match)
                        for _, match, request in self._requests(service, port.number)
                    ]
                    if taken and not any(taken):
                        return host, port.number
        return None

    def _requests(
        self, service: VirtualService, port: int
    ) -> Iterator[tuple[HttpRule, RuleMatch | None, RequestMatch]]:
        return self._routes.requests(service, MESH, port, ProxyNode(None, None))

    def takes_all(self, service: VirtualService, port: int) -> bool:
        """Do its rules take every request of every client on an HTTP port?"""
        return any(is_catch_all(request) for *_, request in self._requests(service, port))

    def taken_services(self, service: VirtualService, host: str) -> Iterator[str]:
        """Walk the Services that a wildcard host of the mesh takes, and its rules don't lead to."""
        in_mesh = MESH in self._routes.gateways_of(service)
        if not in_mesh or not is_wildcard(host) or not service.http:
            return
        if next(self._leading(service).covered_by(host), None) is None:
            return  # another one is asked first for each of these hosts
        led = {
            self._registry.fqdn(destination.host, service.namespace)
            for rule in self._routes.delegates.rules(service)
            for destination in rule.destinations
        }
        bound = self._routes.bound(MESH, service.namespace)
        for registered_host in self._registry.covered_by(host):
            if not isinstance(registered_host.source, Service) or registered_host.host in led:
                continue
            if bound.closest(registered_host.host) is not service:
                continue
            speaks = [port.number for port in registered_host.ports if speaks_http(port)]
            proxy = ProxyNode(service.namespace, None)
            routed = (any(self._routes.requests(service, MESH, port, proxy)) for port in speaks)
            if any(routed):
                yield registered_host.host

    def _leading(self, service: VirtualService) -> HostIndex[str]:
        """The hosts of a VirtualService for which sidecars of its namespace ask it first."""
        if service not in self._led:
            index = self._led[service] = HostIndex()
            bound = self._routes.bound(MESH, service.namespace)
            for written in service.hosts:
                host = self._registry.fqdn(written, service.namespace)
                if bound.leads(host, service):
                    index.add(host, host)
        return self._led[service]

    def _called_ports(self, service: VirtualService) -> set[int]:
        """The HTTP ports that its registered hosts are called on; none while a host is unknown."""
        ports = [self._http_ports_of(host) for host in self.hosts(service)]
        known = [several for several in ports if several is not None]
        return (
            {port for several in known for port in several} if len(known) == len(ports) else set()
        )

    def _http_ports_of(self, host: str) -> frozenset[int] | None:
        """The HTTP ports of the registered hosts that a full host or wildcard stands for; ``None``: there are none."""
        if host not in self._ports:
            known = [*self._registry.covered_by(host)]
            ports = (port for registered_host in known for port in registered_host.ports)
            found = frozenset(port.number for port in ports if speaks_http(port))
            self._ports[host] = found if known else None
        return self._ports[host]

    def hosts(self, service: VirtualService) -> tuple[str, ...]:
        """The hosts of a VirtualService in full."""
        known = self._hosts.get(service)
        if known is None:
            full = (self._registry.fqdn(host, service.namespace).lower() for host in service.hosts)
            known = self._hosts[service] = tuple(full)
        return known

    def bound(self, namespace: str) -> BoundVirtualServices:
        """The VirtualServices of the mesh that sidecars of a namespace see, in istiod's order."""
        return self._routes.bound(MESH, namespace)

    def build(
        self, service: VirtualService, port: int, client: RoutingClient
    ) -> tuple[EffectiveRoute, ...]:
        """Build the routes of one VirtualService for a port of a client."""
        return self._routes.build(service, MESH, port, ProxyNode(client.namespace, client.labels))

    def target(
        self, destination: Destination, port: int, client: RoutingClient, weight: int | None = None
    ) -> WeightedCluster:
        """Resolve a destination of a tcp or tls rule for a client."""
        proxy = ProxyNode(client.namespace, client.labels)
        return self._routes.target(destination, port, proxy, weight)

    def declared(self, host: str) -> list[RegisteredHost]:
        """Find the declarations of just this host or wildcard."""
        return self._registry.at(host)

    def covered_by(self, wide: str) -> Iterator[RegisteredHost]:
        """Walk the declarations of the hosts that a wildcard stands for."""
        return self._registry.covered_by(wide)

    def wildcards(self, host: str) -> Iterator[str]:
        """Walk the declared wildcards above a host."""
        for several in self._registry.covering(host):
            yield several[0].host


class SidecarTable:
    """The virtual hosts of one port at one client."""

    def __init__(
        self, routes: SidecarRoutes, client: RoutingClient, scope: EgressView, port: int
    ) -> None:
        self._routes = routes
        self._client = client
        self._scope = scope
        self._port = port

    @cached_property
    def _bound(self) -> BoundVirtualServices:
        return self._routes.bound(self._client.namespace)

    def domains(self, host: str) -> list[str]:
        """List what may answer a host: itself, then the wildcards above it, the longest first."""
        above = {bound.host for several in self._bound.covering(host) for bound in several}
        above.update(self._routes.wildcards(host))
        above.update(f"*.{tail}" for tail in _tails(host) if self._routes.declared(tail))
        wide = sorted((one for one in above if is_wildcard(one)), key=len, reverse=True)
        return [host, *wide]

    def at(self, domain: str) -> SidecarVirtualHost | None:
        """Find the virtual host with just this domain."""
        headless = self.service(domain.removeprefix("*.")) if domain[:2] == "*." else None
        if headless is not None and isinstance(headless.source, Service) and headless.is_headless:
            return self.at(headless.host)
        service = self.service(domain)
        if service is None:
            return self._outside(domain)
        port = service.port(self._port)
        if port is None or not speaks_http(port):
            return None
        for candidate in self._candidates(domain):
            if candidate.is_generated and candidate.namespace not in {
                service.namespace,
                self._client.namespace,
            }:
                continue  # a route attached to a Service counts for its producer's or own clients
            routes = self._routes.build(candidate, self._port, self._client)
            if routes:
                return SidecarVirtualHost(domain, self._port, service, candidate, routes)
        if isinstance(service.source, Service) and service.source.external_name:
            # An alias has the names of the Service it stands for, and nothing of its own.
            real = service.source.external_name
            return self.at(real) if self.service(real) is not None else None
        return SidecarVirtualHost(domain, self._port, service, None, ())

    def service(self, host: str) -> RegisteredHost | None:
        """Find the registered host of this name that is in the table; the client's own first."""
        seen = [
            registered_host
            for registered_host in self._routes.declared(host)
            if self._holds(registered_host)
        ]
        own = (
            registered_host
            for registered_host in seen
            if registered_host.namespace == self._client.namespace
        )
        return next(own, seen[0] if seen else None)

    def _holds(self, host: RegisteredHost) -> bool:
        return host.port(self._port) is not None and self._scope.imports(host)

    def _candidates(self, host: str) -> Iterator[VirtualService]:
        """Walk the VirtualServices for a registered host: those that name it, else one wildcard."""
        closest = self._closest(host)
        if closest and closest[0].host == host:
            yield from (bound.virtual_service for bound in closest)
        elif closest:
            yield closest[0].virtual_service

    def _closest(self, host: str) -> list[BoundHost]:
        for several in self._bound.covering(host):
            seen = [bound for bound in several if self.reads(bound.virtual_service)]
            if seen:
                return seen
        return []

    def _outside(self, domain: str) -> SidecarVirtualHost | None:
        """Find the virtual host of a host that the table has no Service for."""
        if is_wildcard(domain) and any(self._holds(s) for s in self._routes.covered_by(domain)):
            return None
        for bound in self._bound.at(domain):
            virtual_service = bound.virtual_service
            if virtual_service.is_generated:
                continue
            if self.reads(virtual_service) and (
                self._port == HTTP_PORT or self._has_service(virtual_service)
            ):
                routes = self._routes.build(virtual_service, self._port, self._client)
                if routes:
                    return SidecarVirtualHost(domain, self._port, None, virtual_service, routes)
        return None

    def reads(self, service: VirtualService) -> bool:
        """Does the listener import a VirtualService?"""
        return self._scope.reads(service.namespace, self._routes.hosts(service))

    def _has_service(self, service: VirtualService) -> bool:
        """Does a VirtualService name an HTTP Service of this table?"""
        for host in self._routes.hosts(service):
            for registered_host in self._routes.covered_by(host):
                port = registered_host.port(self._port)
                if port is not None and speaks_http(port) and self._holds(registered_host):
                    return True
        return False


def _is_for_certain_clients(match: RuleMatch | None) -> bool:
    asked = match.match if match is not None else None
    return asked is not None and (asked.has("sourceLabels") or asked.has("sourceNamespace"))


def _tails(host: str) -> Iterator[str]:
    """Walk what follows the first labels of a host, the longest first."""
    rest = host.partition(".")[2]
    while rest:
        yield rest
        rest = rest.partition(".")[2]


def speaks_http(port: HostPort) -> bool:
    """Do sidecars route by requests here: is it HTTP, or left to be detected?"""
    return port.protocol.may_be_http


def serves(port: HostPort, kind: str) -> bool:
    """Do sidecars use rules of a kind on a port? One that is left to be detected has several."""
    if kind == "http":
        return speaks_http(port)
    is_tls = port.protocol.is_tls
    return is_tls if kind == "tls" else not (is_tls or port.protocol.is_http)
