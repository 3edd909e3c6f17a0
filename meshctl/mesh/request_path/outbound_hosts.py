"""Which virtual host of a sidecar answers a Host header on a port, and which routes has it?

Mirrors BuildSidecarOutboundVirtualHosts and its helpers (pilot/pkg/networking/core/httproute.go)
and buildSidecarVirtualHostsForVirtualService with separateVSHostsAndServices
(pilot/pkg/networking/core/route/route.go), Istio 1.31. A table knows the domains of all virtual
hosts; routes are built for the one that is asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from meshctl.istio.protocols import Protocol
from meshctl.mesh.core.hosts import is_wildcard, overlaps
from meshctl.mesh.request_path.egress_scope import ScopeListener, hosts_of, is_generated
from meshctl.mesh.request_path.proxy_services import NO_ADDRESS, ProxyService
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.routes import EffectiveRoute, ProxyNode, Routes
from meshctl.resources import VirtualService

_EVERY_HTTP_PORT = 80
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


class OutboundHosts:
    """The virtual hosts of one port, as one client has them."""

    def __init__(
        self, listener: ScopeListener, routes: Routes, proxy: ProxyNode, port: int, domain: str
    ) -> None:
        self._listener = listener
        self._routes = routes
        self._proxy = proxy
        self._port = port
        self._suffix = f".svc.{domain}"
        self.services = {
            one.host.lower(): one.with_ports([port_of])
            for one in listener.services_on(port)
            if (port_of := one.port(port)) is not None
        }
        self._lengths: list[int] = []
        self._domains: dict[str, OutboundHost] = {}
        self._built: dict[VirtualService, tuple[EffectiveRoute, ...]] = {}
        self._hosts: list[OutboundHost] = []
        self._fill()

    def find(self, authority: str) -> AnsweringHost | None:
        """Find the virtual host for a Host header, whose port doesn't count."""
        host = without_port(authority).lower()
        known = self._domains.get(host)
        if known is not None:
            return AnsweringHost(known, host)
        for length in self._lengths:
            if length < len(host):
                domain = f"*{host[len(host) - length :]}"
                known = self._domains.get(domain)
                if known is not None:
                    return AnsweringHost(known, domain)
        known = self._domains.get("*")
        return AnsweringHost(known, "*") if known is not None else None

    def of_service(self, host: str) -> OutboundHost | None:
        """Find the virtual host of the one service that a listener is for."""
        return self._domains.get(host.lower())

    def routes_of(self, service: VirtualService) -> tuple[EffectiveRoute, ...]:
        """Build the routes of a VirtualService for this port and client."""
        if service not in self._built:
            self._built[service] = self._routes.build(service, MESH, self._port, self._proxy)
        return self._built[service]

    def _fill(self) -> None:
        wrappers = list(self._wrappers())
        fqdns = {one.host for _, _, services in wrappers for one in services}
        taken: set[str] = set()
        for virtual_service, names, services in wrappers:
            for name in names:
                self._add(name.lower(), None, virtual_service, taken, fqdns)
            for service in services:
                self._add(service.host, service, virtual_service, taken, fqdns)
        for name, service in sorted(self.services.items()):
            if name not in self._routed and not service.is_alias and _speaks_http(service):
                self._add(service.host, service, None, taken, fqdns)
        wild = {len(one) - 1 for one in self._domains if is_wildcard(one) and one != "*"}
        self._lengths = sorted(wild, reverse=True)

    def _add(
        self, host: str, service: ProxyService | None, virtual_service: VirtualService | None,
        taken: set[str], fqdns: set[str],
    ) -> None:  # fmt: skip
        name = f"{host}:{self._port}"
        if name in taken:
            return
        taken.add(name)
        one = OutboundHost(name, service, virtual_service)
        if service is None:
            self._domains.setdefault(host, one)
            return
        for domain, is_short in self._domains_of(service):
            if not (is_short and domain in fqdns):
                self._domains.setdefault(domain.lower(), one)

    def _wrappers(
        self,
    ) -> Iterator[tuple[VirtualService, Sequence[str], Sequence[ProxyService]]]:
        """Walk the VirtualServices with routes here: hosts outside the table, and its services."""
        self._routed: set[str] = set()
        for virtual_service in self._listener.virtual_services:
            if not virtual_service.http:
                continue
            hosts = list(hosts_of(virtual_service, self._routes))
            if self._port != _EVERY_HTTP_PORT and not self._selects(hosts):
                continue
            if not self._has_routes(virtual_service):
                continue
            names, services = self._separate(virtual_service, hosts)
            if is_generated(virtual_service) and not self._is_for(virtual_service, services):
                continue
            speaking = [one for one in services if _speaks_http(one)]
            if speaking or self._port == _EVERY_HTTP_PORT:
                yield virtual_service, names, speaking
                self._routed.update(one.host.lower() for one in speaking)

    def _selects(self, hosts: Sequence[str]) -> bool:
        for host in hosts:
            lower = host.lower()
            if lower in self.services:
                return True
            wild = self.services if is_wildcard(lower) else self._wild_services
            if any(overlaps(lower, one) for one in wild):
                return True
        return False

    @property
    def _wild_services(self) -> list[str]:
        return [one for one in self.services if is_wildcard(one)]

    def _is_for(self, virtual_service: VirtualService, services: Sequence[ProxyService]) -> bool:
        """May a route of the Gateway API act here: from the client's or the service's namespace?"""
        home = virtual_service.namespace
        return any(home in {one.namespace, self._proxy.namespace} for one in services)

    def _separate(
        self, virtual_service: VirtualService, hosts: Sequence[str]
    ) -> tuple[list[str], list[ProxyService]]:
        names: list[str] = []
        found: list[ProxyService] = []
        for host in hosts:
            if not is_wildcard(host):
                service = self.services.get(host.lower())
                if service is not None:
                    found.append(service)
                else:
                    names.append(host)
        owners = self._listener.wildcard_owners
        for host in hosts:
            if not is_wildcard(host):
                continue
            matched = [] if is_generated(virtual_service) else [
                one for name, one in self.services.items() if overlaps(name, host.lower())
            ]  # fmt: skip
            # istiod takes them in no certain order; a Service has the names of its aliases, too.
            matched.sort(key=lambda one: one.is_alias)
            found += [one for one in matched if owners.of(one.host) is virtual_service]
            if not matched:
                names.append(host)
        return names, found

    def _has_routes(self, service: VirtualService) -> bool:
        """Is there any route for this client and port? Told from the text where that is enough."""
        for route in service.http:
            if not route.has("delegate") and not route.matches:
                return True
        return bool(self.routes_of(service))

    def _domains_of(self, service: ProxyService) -> Iterator[tuple[str, bool]]:
        """Walk the domains of a service, and whether each is a shortened name."""
        found: list[tuple[str, bool]] = []
        for host in (service.host, *service.aliases):
            found.append((host, False))
            found += [(one, True) for one in self._short_names(host)]
        yield from found
        if service.is_passthrough and service.is_kubernetes:
            yield from ((f"*.{one}", False) for one, _ in found)
        if service.address != NO_ADDRESS:
            yield service.address, False

    def _short_names(self, host: str) -> Iterator[str]:
        yield f"{host}."
        if not host.endswith(self._suffix):
            return
        stem = host.removesuffix(self._suffix)
        name, _, namespace = stem.partition(".")
        if not namespace or "." in namespace:
            return
        if namespace == self._proxy.namespace:
            yield name
        yield f"{stem}.svc"
        yield stem


def without_port(authority: str) -> str:
    """Give the host of an authority; an IPv6 address keeps its brackets."""
    if authority.startswith("["):
        return authority.partition("]")[0] + "]"
    host, colon, port = authority.rpartition(":")
    return host if colon and port.isdecimal() and ":" not in host else authority


def _speaks_http(service: ProxyService) -> bool:
    return all(one.protocol.is_http or one.protocol is Protocol.AUTO for one in service.ports)
