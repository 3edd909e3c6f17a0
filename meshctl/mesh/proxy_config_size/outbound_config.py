"""What sidecars are sent for their outbound traffic: clusters, listeners, routes, endpoints.

The parts are those of ``mesh.request_path``; here all of them are made, where a request asks for
one (pilot/pkg/networking/core, Istio 1.31).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.proxy_config_size.config_bytes import (
    RouteBytes,
    SentHost,
    cluster_bytes,
    listener_bytes,
)
from meshctl.mesh.proxy_config_size.config_size import ConfigBytes, ConfigCounts
from meshctl.mesh.proxy_config_size.sent_clusters import (
    endpoints_of,
    is_eds,
    is_inline,
    sent_clusters,
)
from meshctl.mesh.request_path.client_clusters import ClientCluster
from meshctl.mesh.request_path.egress_scope import hosts_of
from meshctl.mesh.request_path.outbound_hosts import EVERY_HTTP_PORT, OutboundHost, OutboundHosts
from meshctl.mesh.request_path.outbound_listeners import WILDCARD, OutboundListener
from meshctl.mesh.request_path.proxy_services import ProxyServices
from meshctl.mesh.request_path.proxy_view import SidecarView
from meshctl.resources.cached_property import cached_property

FIXED_CHAINS = 2
"""Of virtualOutbound: for calls to itself, and for all that no listener is for."""


class OutboundConfig:
    """The outbound part of sidecars that nothing tells apart but the short names they know."""

    def __init__(self, view: SidecarView, services: ProxyServices, domain: str) -> None:
        self._view = view
        self._services = services
        self._domain = domain

    @cached_property
    def clusters(self) -> Sequence[ClientCluster]:
        """The outbound clusters."""
        scope, clusters = self._view.scope, self._view.clusters
        return list(sent_clusters(scope.hosts, scope.service, clusters))

    @cached_property
    def listeners(self) -> Sequence[OutboundListener]:
        """The outbound listeners."""
        return [one for port in self._ports for one in self._view.listeners.on(port)]

    @property
    def _ports(self) -> list[int]:
        written = {one.port for one in self._view.scope.listeners if one.port}
        return sorted({*self._hosts_by_port, *written})

    @cached_property
    def _hosts_by_port(self) -> Mapping[int, Sequence[str]]:
        return self._services.by_port(self._view.scope.hosts)

    @cached_property
    def route_configurations(self) -> Sequence[str]:
        """The names of the route configurations that listeners ask for."""
        names = (chain.rds for one in self.listeners for chain in one.chains if chain.is_http)
        return list(dict.fromkeys(names))

    @cached_property
    def virtual_hosts(self) -> Sequence[SentHost]:
        """The virtual hosts of all route configurations, without the one for all other hosts."""
        return [found for name in self.route_configurations for found in self._hosts_of(name)]

    def _hosts_of(self, name: str) -> Iterator[SentHost]:
        host, _, port = name.rpartition(":")
        table = self._view.hosts_on(int(port))
        if table is None:
            return
        found = map(table.of_service, [host] if host else self._names_on(int(port)))
        for one in {one.name: one for one in found if one is not None}.values():
            yield SentHost(table, one, is_alone=bool(host))

    def _names_on(self, port: int) -> Iterable[str]:
        """The hosts that virtual hosts of a port may be named after.

        They are those of services with the port, and of VirtualServices with such a service; on
        port 80 of all VirtualServices.
        """
        known = self._view.scope.service
        names = [one for one in self._hosts_by_port.get(port, ()) if known(one) is not None]
        return dict.fromkeys((*names, *self._routed.get(port, ()), *self._routed.get(0, ())))

    @cached_property
    def _routed(self) -> Mapping[int, Sequence[str]]:
        """The hosts of VirtualServices, by the ports whose tables may have them; 0 is any port."""
        found: dict[int, list[str]] = {}
        for listener in self._view.scope.distinct:
            for service in listener.virtual_services:
                hosts = [host.lower() for host in hosts_of(service, self._view.routes)]
                ports = {0} if any(map(is_wildcard, hosts)) else self._ports_of(hosts)
                for port in ports:
                    found.setdefault(port, []).extend(hosts)
        return found

    def _ports_of(self, hosts: Iterable[str]) -> set[int]:
        by_host = self._services.by_host
        several = (one for host in hosts for one in by_host.get(host, ()))
        return {EVERY_HTTP_PORT, *(port.number for one in several for port in one.ports)}

    @property
    def _chains(self) -> int:
        """The filter chains of outbound listeners, with those for what none of the others takes.

        Listeners for all addresses have one more, unless a chain of theirs takes everything.
        """
        shared = sum(one.address == WILDCARD and one.default is None for one in self.listeners)
        return sum(len(one.chains) for one in self.listeners) + shared + FIXED_CHAINS

    @cached_property
    def counts(self) -> ConfigCounts:
        """Count what is outbound, without the fixed clusters and listeners."""
        clusters = self.clusters
        sets = [endpoints_of(one) for one in clusters if is_eds(one)]
        names = self.route_configurations
        shared = sum(":" not in name for name in names)
        return ConfigCounts(
            clusters=len(clusters),
            listeners=len(self.listeners),
            filter_chains=self._chains,
            route_configurations=len(names),
            virtual_hosts=len(self.virtual_hosts) + shared,
            routes=sum(_routes(one.table, one.host) for one in self.virtual_hosts) + shared,
            endpoint_sets=len(sets),
            empty_endpoint_sets=sets.count(0),
            endpoints=sum(sets),
            inline_endpoints=sum(endpoints_of(one) for one in clusters if is_inline(one)),
        )

    def bytes_in(self, namespace: str) -> ConfigBytes:
        """Estimate the bytes of what is outbound, and of what every sidecar of a namespace has."""
        routes = self._route_bytes.in_namespace(namespace)
        return replace(self._bytes, routes=routes)

    @cached_property
    def _bytes(self) -> ConfigBytes:
        return ConfigBytes(
            clusters=cluster_bytes(self.clusters, is_gateway=False),
            listeners=listener_bytes(self.listeners),
        )

    @cached_property
    def _route_bytes(self) -> RouteBytes:
        return RouteBytes(self.virtual_hosts, len(self.route_configurations), self._domain)


def _routes(table: OutboundHosts, host: OutboundHost) -> int:
    """Count the routes of a virtual host: those of its VirtualService, or one to the service."""
    service = host.virtual_service
    return 1 if service is None else len(table.routes_of(service))
