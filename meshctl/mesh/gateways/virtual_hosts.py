"""Builds the virtual hosts of a gateway's HTTP route configuration.

Mirrors buildGatewayHTTPRouteConfig and collapseDuplicateRoutes
(pilot/pkg/networking/core/gateway.go, Istio 1.31).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.mesh.traffic.binding.bound_virtual_services import BoundVirtualServices
from meshctl.mesh.traffic.routes import (
    EffectiveRoute,
    ProxyNode,
    Routes,
    shared_host,
)
from meshctl.resources import VirtualService


@dataclass(slots=True, eq=False)
class VirtualHost:
    """What one gateway does with requests for some domains.

    ``servers`` are those that let routes in; ``redirects`` are those with httpsRedirect, by
    domain. One of them turns all routes of the virtual host into redirects.
    """

    name: str
    domains: tuple[str, ...]
    routes: list[EffectiveRoute] = field(default_factory=list)
    servers: list[MergedServer] = field(default_factory=list)
    redirects: dict[str, list[MergedServer]] = field(default_factory=dict)

    @property
    def redirected_by(self) -> list[MergedServer]:
        """The servers that have every request redirected to HTTPS."""
        return list(
            dict.fromkeys(server for several in self.redirects.values() for server in several)
        )

    @property
    def is_blackhole(self) -> bool:
        """Does it exist only to answer 404?"""
        return not self.servers and not self.redirects


def virtual_hosts(
    servers: Iterable[MergedServer], routes: Routes, proxy: ProxyNode
) -> tuple[VirtualHost, ...]:
    """Build the virtual hosts of one route configuration, sorted by name."""
    builder = _VirtualHostBuilder(routes, proxy)
    several = list(servers)
    for server in several:
        builder.add(server)
    if not builder.by_host:
        return (VirtualHost(f"blackhole:{several[0].server.port}", ("*",)),)
    found = list(_collapse(builder.by_host))
    for virtual_host in found:
        virtual_host.routes.sort(key=lambda route: route.is_catch_all)
    return tuple(sorted(found, key=lambda each_virtual_host: each_virtual_host.name))


def intersections(
    server: MergedServer, bound: BoundVirtualServices
) -> dict[int, tuple[VirtualService, dict[str, None]]]:
    """Find the VirtualServices a server lets in, by their order, with the hosts in common."""
    found: dict[int, tuple[VirtualService, dict[str, None]]] = {}
    for namespace, host in server.hosts:
        for order, other, service in bound.overlapping(host):
            if not namespace or namespace == service.namespace:
                shared = shared_host(host, other)
                if shared is not None:
                    found.setdefault(order, (service, {}))[1][shared.lower()] = None
    return dict(sorted(found.items()))


class _VirtualHostBuilder:
    def __init__(self, routes: Routes, proxy: ProxyNode) -> None:
        self._routes = routes
        self._proxy = proxy
        self.by_host: dict[str, VirtualHost] = {}
        # istiod keeps the routes that it built for the first server of a Gateway: its port
        # counts for the others, too.
        self._built: dict[tuple[str, VirtualService], tuple[EffectiveRoute, ...]] = {}

    def add(self, server: MergedServer) -> None:
        bound = self._routes.bound(server.gateway_name, self._proxy.namespace)
        redirects = server.server.https_redirect
        for service, hosts in intersections(server, bound).values():
            routes = self._build(server, service)
            for host in hosts if routes else ():
                virtual_host = self._at(host, server)
                virtual_host.routes += routes
                virtual_host.servers.append(server)
                if redirects:
                    virtual_host.redirects.setdefault(host, []).append(server)
        if redirects:
            for written in server.hosts:
                # The namespace is not taken off here: "ns/host" becomes a domain of that name.
                host = written.text.lower()
                self._at(host, server).redirects.setdefault(host, []).append(server)

    def _build(self, server: MergedServer, service: VirtualService) -> tuple[EffectiveRoute, ...]:
        key = server.gateway_name, service
        if not self._built.get(key):
            port, is_tls = server.server.port, server.has_tls
            self._built[key] = self._routes.build(
                service, server.gateway_name, port, self._proxy, is_tls=is_tls
            )
        return self._built[key]

    def _at(self, host: str, server: MergedServer) -> VirtualHost:
        if host not in self.by_host:
            self.by_host[host] = VirtualHost(f"{host}:{server.server.port}", (host,))
        return self.by_host[host]


def _collapse(by_host: dict[str, VirtualHost]) -> Iterator[VirtualHost]:
    """Put hosts with the very same routes together, the longest name first, wildcards last."""
    known: dict[tuple[int, ...], VirtualHost] = {}
    for host in sorted(by_host, key=lambda name: (is_wildcard(name), -len(name), name)):
        virtual_host = by_host[host]
        key = tuple(id(route) for route in virtual_host.routes)
        first = known.get(key)
        if first is not None and bool(first.redirects) == bool(virtual_host.redirects):
            first.domains += virtual_host.domains
            first.servers += virtual_host.servers
            first.redirects |= virtual_host.redirects
        else:
            known[key] = virtual_host
            yield virtual_host
