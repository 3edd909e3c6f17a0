"""The virtual host of a sidecar that answers a Host header on a port, with its routes.

Mirrors BuildSidecarOutboundVirtualHosts and its helpers (pilot/pkg/networking/core/httproute.go)
and buildSidecarVirtualHostsForVirtualService with separateVSHostsAndServices
(pilot/pkg/networking/core/route/route.go), Istio 1.31. A table knows the domains of all virtual
hosts; routes are built for the one that is asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.request_path.egress_scope import ScopeListener, hosts_of
from meshctl.mesh.request_path.proxy_services import ProxyService
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.routes import EffectiveRoute, ProxyNode, Routes
from meshctl.resources import VirtualService

EVERY_HTTP_PORT = 80
"""The port whose table has the hosts of VirtualServices that no registry knows."""


@dataclass(frozen=True, slots=True, eq=False)
class OutboundHost:
    """A virtual host: of a service, or of a host that only a VirtualService knows.

    Without a VirtualService every request goes to the service itself.
    """

    name: str
    service: ProxyService | None
    virtual_service: VirtualService | None


class AnsweringHost(NamedTuple):
    """The virtual host for a request, and the one of its domains that fits."""

    host: OutboundHost
    domain: str


class _Share(NamedTuple):
    """What a VirtualService gives a table: hosts outside it, and services of it."""

    names: frozenset[str]
    services: frozenset[str]


class OutboundHosts:
    """The virtual hosts of one port, as one client has them, found by their domains."""

    def __init__(
        self, listener: ScopeListener, routes: Routes, proxy: ProxyNode, port: int, domain: str
    ) -> None:
        self._listener = listener
        self._routes = routes
        self._proxy = proxy
        self._port = port
        self._suffix = f".svc.{domain}"
        self._services: dict[str, ProxyService | None] = {}
        self._owners: dict[str, OutboundHost | None] = {}
        self._shares: dict[VirtualService, _Share | None] = {}
        self._built: dict[VirtualService, tuple[EffectiveRoute, ...]] = {}

    def find(self, authority: str) -> AnsweringHost | None:
        """Find the virtual host for a Host header, whose port doesn't count."""
        host = without_port(authority).lower()
        wild = (f"*{host[start:]}" for start in range(1, len(host)))
        for domain in (host, *wild, "*"):
            owner = self._owner(domain)
            if owner is not None:
                return AnsweringHost(owner, domain)
        return None

    def of_service(self, host: str) -> OutboundHost | None:
        """Find the virtual host of the one service that a listener is for."""
        return self._owner(host.lower())

    def service(self, host: str) -> ProxyService | None:
        """Find the service of a host that has the port, with this port alone."""
        if host not in self._services:
            found: ProxyService | None = None
            for proxy_service in self._listener.narrowed_at(host):
                port = proxy_service.port(self._port)
                if port is not None:
                    found = proxy_service.with_ports([port])
            self._services[host] = found
        return self._services[host]

    def routes_of(self, service: VirtualService) -> tuple[EffectiveRoute, ...]:
        """Build the routes of a VirtualService for this port and client."""
        if service not in self._built:
            self._built[service] = self._routes.build(service, MESH, self._port, self._proxy)
        return self._built[service]

    def _owner(self, domain: str) -> OutboundHost | None:
        if domain not in self._owners:
            self._owners[domain] = self._find_owner(domain)
        return self._owners[domain]

    def _find_owner(self, domain: str) -> OutboundHost | None:
        """Find who is the first to have a domain: by VirtualService, then services without."""
        found: list[tuple[int, int, str, OutboundHost]] = []
        places = self._listener.places
        for claim in self._listener.bound.at(domain):
            virtual_service = claim.virtual_service
            share = self._share(virtual_service) if virtual_service in places else None
            if share is not None and domain in share.names:
                host = OutboundHost(f"{domain}:{self._port}", None, virtual_service)
                found.append((places[virtual_service], 0, domain, host))
        for service, is_short in self._with_domain(domain):
            if not (is_short and self.service(domain) is not None):
                place, routed = self._routed(service)
                if routed is not None or (_speaks_http(service) and not service.is_alias):
                    host = OutboundHost(f"{service.host}:{self._port}", service, routed)
                    found.append((place, 1 + service.is_alias, service.host, host))
        return min(found, key=lambda one: one[:3])[3] if found else None

    def _routed(self, service: ProxyService) -> tuple[int, VirtualService | None]:
        """Find the first VirtualService with routes for a service, and its place."""
        places = self._listener.places
        claims = [
            bound_host.virtual_service for bound_host in self._listener.bound.at(service.host)
        ]
        owner = self._listener.owner_of(service.host)
        several = {
            virtual_service
            for virtual_service in (*claims, owner)
            if virtual_service is not None and virtual_service in places
        }
        for virtual_service in sorted(several, key=places.__getitem__):
            share = self._share(virtual_service)
            if share is not None and service.host in share.services:
                return places[virtual_service], virtual_service
        return len(places), None

    def _share(self, virtual_service: VirtualService) -> _Share | None:
        if virtual_service not in self._shares:
            self._shares[virtual_service] = self._find_share(virtual_service)
        return self._shares[virtual_service]

    def _find_share(self, virtual_service: VirtualService) -> _Share | None:
        if not virtual_service.http or not self._has_routes(virtual_service):
            return None
        names, services = self._separate(virtual_service)
        if not services and self._port != EVERY_HTTP_PORT:
            return None
        if virtual_service.is_generated and not self._is_for(virtual_service, services):
            return None
        speaking = frozenset(service.host for service in services if _speaks_http(service))
        if not speaking and self._port != EVERY_HTTP_PORT:
            return None
        return _Share(frozenset(names), speaking)

    def _is_for(self, virtual_service: VirtualService, services: Sequence[ProxyService]) -> bool:
        """May a route of the Gateway API act here: from the client's or the service's namespace?"""
        home = virtual_service.namespace
        return any(home in {service.namespace, self._proxy.namespace} for service in services)

    def _separate(self, virtual_service: VirtualService) -> tuple[list[str], list[ProxyService]]:
        """Part the hosts of a VirtualService into services of the table and other names."""
        names: list[str] = []
        found: list[ProxyService] = []
        for host in hosts_of(virtual_service, self._routes):
            lower = host.lower()
            if not is_wildcard(host):
                service = self.service(lower)
                if service is not None:
                    found.append(service)
                else:
                    names.append(lower)
                continue
            matched = [] if virtual_service.is_generated else self._matching(lower)
            found += [
                proxy_service
                for proxy_service in matched
                if self._listener.owner_of(proxy_service.host) is virtual_service
            ]
            if not matched:
                names.append(lower)
        return names, found

    def _matching(self, wide: str) -> list[ProxyService]:
        """List the services of the table that a wildcard host stands for."""
        hosts = dict.fromkeys(self._listener.hosts_like(wide))
        found = [self.service(host) for host in hosts]
        return [service for service in found if service is not None]

    def _has_routes(self, service: VirtualService) -> bool:
        """Is there any route for this client and port? Told from the text where that is enough."""
        for route in service.http:
            if not route.has("delegate") and not route.matches:
                return True
        return bool(self.routes_of(service))

    def _with_domain(self, domain: str) -> Iterator[tuple[ProxyService, bool]]:
        """Walk the services that have a domain, and whether it is a shortened name of theirs."""
        own = self.service(domain)
        if own is not None:
            yield own, False
        for full in self._meant(domain):
            service = self.service(full)
            if service is not None:
                yield service, True
                yield from ((proxy_service, True) for proxy_service in self._aliased(service))
        if own is not None:
            yield from ((proxy_service, False) for proxy_service in self._aliased(own))
        addressed = self._listener.service_at(domain)
        at_address = self.service(addressed.host) if addressed is not None else None
        if at_address is not None:
            yield at_address, False
        if domain.startswith("*."):
            for service, _ in self._with_domain(domain.removeprefix("*.")):
                if service.is_passthrough and service.is_kubernetes:
                    yield service, False

    def _aliased(self, alias: ProxyService) -> Iterator[ProxyService]:
        """Walk the service that an ExternalName Service of the table stands for."""
        target, seen = alias, {alias.host}
        while target.is_alias and target.external_name not in seen:
            seen.add(target.external_name)
            following = self._listener.narrowed_at(target.external_name)
            if not following:
                return
            target = following[0]
        service = self.service(target.host) if target is not alias else None
        if service is not None and alias.host in service.aliases:
            yield service

    def _meant(self, domain: str) -> Iterator[str]:
        """Walk the full hosts that a shortened one may mean to this client."""
        if domain.endswith("."):
            yield domain.removesuffix(".")
            return
        stem = domain.removesuffix(".svc")
        name, dot, namespace = stem.partition(".")
        if dot and "." not in namespace and not name.startswith("*"):
            yield f"{stem}{self._suffix}"
        elif not dot and stem == domain:
            yield f"{name}.{self._proxy.namespace}{self._suffix}"


def without_port(authority: str) -> str:
    """Give the host of an authority; an IPv6 address keeps its brackets."""
    if authority.startswith("["):
        return authority.partition("]")[0] + "]"
    host, colon, port = authority.rpartition(":")
    return host if colon and port.isdecimal() and ":" not in host else authority


def _speaks_http(service: ProxyService) -> bool:
    return all(port.protocol.may_be_http for port in service.ports)
