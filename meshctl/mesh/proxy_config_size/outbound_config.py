"""What sidecars are sent for their outbound traffic: clusters, listeners, routes, endpoints.

The parts are those of ``mesh.request_path``; here all of them are made, where a request asks for
one (pilot/pkg/networking/core, Istio 1.31).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, slots=True)
class ListenersSize:
    """What some listeners and their route configurations count; ``listeners`` is in bytes."""

    counts: ConfigCounts
    listeners: int
    routes: RouteBytes


@dataclass(frozen=True, slots=True)
class OutboundSize:
    """What sidecars are sent for their outbound traffic, in numbers alone, so that it needn't be kept.

    The fixed clusters and listeners are not in it. ``clusters`` and ``listeners`` are in bytes.
    ``of_pods`` is the part that is there for the sake of one pod, by its address: a sidecar has no
    listener for its own (buildSidecarOutboundListeners, pilot/pkg/networking/core/listener.go, Istio
    1.31).
    """

    counts: ConfigCounts
    clusters: int
    listeners: int
    routes: RouteBytes
    of_pods: Mapping[str, ListenersSize]

    def counts_at(self, address: str) -> ConfigCounts:
        """Count what a pod at an address is sent."""
        own = self.of_pods.get(address)
        return self.counts if own is None else self.counts - own.counts

    def bytes_at(self, address: str, namespace: str) -> ConfigBytes:
        """Estimate the bytes of what a pod of a namespace at an address is sent."""
        own = self.of_pods.get(address)
        if own is None:
            routes = self.routes.in_namespace(namespace)
            return ConfigBytes(self.clusters, self.listeners, routes)
        routes = self.routes.in_namespace(namespace, own.routes.shared)
        return ConfigBytes(self.clusters, self.listeners - own.listeners, routes)


class OutboundConfig:
    """The outbound part of sidecars that nothing tells apart but their own names and addresses."""

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
        return [
            outbound_listener
            for port in self._ports
            for outbound_listener in self._view.listeners.on(port)
        ]

    @property
    def _ports(self) -> list[int]:
        written = {listener.port for listener in self._view.scope.listeners if listener.port}
        return sorted({*self._hosts_by_port, *written})

    @cached_property
    def _hosts_by_port(self) -> Mapping[int, Sequence[str]]:
        return self._services.by_port(self._view.scope.hosts)

    @cached_property
    def route_configurations(self) -> Sequence[str]:
        """The names of the route configurations that listeners ask for."""
        names = (
            chain.rds for listener in self.listeners for chain in listener.chains if chain.is_http
        )
        return list(dict.fromkeys(names))

    @cached_property
    def _virtual_hosts(self) -> Mapping[str, Sequence[SentHost]]:
        """The virtual hosts by route configuration, without the one for all other hosts."""
        return {name: [*self._hosts_of(name)] for name in self.route_configurations}

    def _hosts_of(self, name: str) -> Iterator[SentHost]:
        host, _, port = name.rpartition(":")
        table = self._view.hosts_on(int(port))
        if table is None:
            return
        found = map(table.of_service, [host] if host else self._names_on(int(port)))
        for outbound_host in {one.name: one for one in found if one is not None}.values():
            yield SentHost(table, outbound_host, is_alone=bool(host))

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
        several = (service for host in hosts for service in by_host.get(host, ()))
        return {EVERY_HTTP_PORT, *(port.number for service in several for port in service.ports)}

    def size(self) -> OutboundSize:
        """Count everything, and estimate its bytes."""
        every = self._part(self.listeners, self.route_configurations)
        clusters = self.clusters
        sets = [endpoints_of(cluster) for cluster in clusters if is_eds(cluster)]
        counts = replace(
            every.counts,
            clusters=len(clusters),
            filter_chains=every.counts.filter_chains + FIXED_CHAINS,
            endpoint_sets=len(sets),
            empty_endpoint_sets=sets.count(0),
            endpoints=sum(sets),
            inline_endpoints=sum(
                endpoints_of(cluster) for cluster in clusters if is_inline(cluster)
            ),
        )
        return OutboundSize(
            counts, cluster_bytes(clusters, is_gateway=False), every.listeners, every.routes,
            self._of_pods(),
        )  # fmt: skip

    def _part(
        self, listeners: Sequence[OutboundListener], configurations: Sequence[str]
    ) -> ListenersSize:
        """Count listeners and route configurations.

        Listeners for all addresses have one chain more, unless one of theirs takes everything.
        """
        hosts = [
            virtual_host for name in configurations for virtual_host in self._virtual_hosts[name]
        ]
        shared = sum(":" not in name for name in configurations)
        rest = sum(
            listener.address == WILDCARD and listener.default is None for listener in listeners
        )
        counts = ConfigCounts(
            listeners=len(listeners),
            filter_chains=sum(len(listener.chains) for listener in listeners) + rest,
            route_configurations=len(configurations),
            virtual_hosts=len(hosts) + shared,
            routes=sum(_routes(host.table, host.host) for host in hosts) + shared,
        )
        routes = RouteBytes(hosts, len(configurations), self._domain)
        return ListenersSize(counts, listener_bytes(listeners), routes)

    def _of_pods(self) -> Mapping[str, ListenersSize]:
        """Count what is sent for the sake of one pod, by the pods behind headless services."""
        by_address: dict[str, list[OutboundListener]] = {}
        askers: dict[str, set[str]] = {}
        for listener in self.listeners:
            by_address.setdefault(listener.address, []).append(listener)
            for chain in listener.chains:
                askers.setdefault(chain.rds, set()).add(listener.address)
        alone: dict[str, list[str]] = {}
        for name in self.route_configurations:
            if len(askers[name]) == 1:
                [address] = askers[name]
                alone.setdefault(address, []).append(name)
        of_services = {WILDCARD, *self._services.by_address}
        return {
            address: self._part(listeners, alone.get(address, ()))
            for address, listeners in by_address.items()
            if address not in of_services
        }


def _routes(table: OutboundHosts, host: OutboundHost) -> int:
    """Count the routes of a virtual host: those of its VirtualService, or one to the service."""
    service = host.virtual_service
    return 1 if service is None else len(table.routes_of(service))
