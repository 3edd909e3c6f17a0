"""Everything that a sidecar is sent: clusters, listeners, routes, endpoints.

The parts are those of ``mesh.request_path``; here all of them are made, where a request asks for
one (pilot/pkg/networking/core, Istio 1.31).
"""

from collections.abc import Iterator, Sequence

from meshctl.istio.protocols import Protocol
from meshctl.mesh.proxy_config_size.config_bytes import (
    cluster_bytes,
    endpoint_bytes,
    listener_bytes,
    route_bytes,
)
from meshctl.mesh.proxy_config_size.config_size import ConfigBytes, ConfigCounts, ConfigSize
from meshctl.mesh.proxy_config_size.sent_clusters import (
    endpoints_of,
    is_eds,
    is_inline,
    sent_clusters,
)
from meshctl.mesh.request_path.client_clusters import ClientCluster
from meshctl.mesh.request_path.egress_scope import hosts_of
from meshctl.mesh.request_path.inbound_chains import InboundPort, InboundPorts, inbound_chains
from meshctl.mesh.request_path.outbound_hosts import OutboundHost, OutboundHosts
from meshctl.mesh.request_path.outbound_listeners import WILDCARD, OutboundListener
from meshctl.mesh.request_path.proxy_services import ProxyServices
from meshctl.mesh.request_path.proxy_view import SidecarView
from meshctl.mesh.security.peer_authentication import PeerAuthentications
from meshctl.resources import Workload
from meshctl.resources.cached_property import cached_property

FIXED_CLUSTERS = 3
"""BlackHoleCluster, PassthroughCluster and InboundPassthroughCluster."""
FIXED_OUTBOUND_CHAINS = 2
"""Of virtualOutbound: for calls to itself, and for all that no listener is for."""
FIXED_INBOUND_CHAINS = 1
"""Of virtualInbound: for calls to itself."""
FIXED_LISTENERS = 2
"""virtualOutbound and virtualInbound."""


class SidecarConfig:
    """All that the sidecar of one workload is sent."""

    def __init__(
        self, view: SidecarView, services: ProxyServices, inbound: InboundPorts,
        policies: PeerAuthentications, workload: Workload, domain: str,
    ) -> None:  # fmt: skip
        self._domain = domain
        self._view = view
        self._services = services
        self._inbound = inbound
        self._policies = policies
        self._workload = workload

    @cached_property
    def clusters(self) -> Sequence[ClientCluster]:
        """The outbound clusters."""
        scope, clusters = self._view.scope, self._view.clusters
        return list(sent_clusters(self._services.by_host, scope.service, clusters))

    @cached_property
    def inbound_ports(self) -> Sequence[InboundPort]:
        """The container ports that have chains and a cluster of their own."""
        return list(self._inbound.of(self._workload, self._view.scope.sidecar))

    @cached_property
    def listeners(self) -> Sequence[OutboundListener]:
        """The outbound listeners."""
        by_port = self._services.addresses_by_port
        return [
            one
            for port in self._ports
            for one in self._view.listeners.on(port, by_port.get(port, ()))
        ]

    @property
    def _ports(self) -> list[int]:
        written = {one.port for one in self._view.scope.listeners if one.port}
        return sorted({*self._services.addresses_by_port, *written})

    @cached_property
    def route_configurations(self) -> Sequence[str]:
        """The names of the route configurations that listeners ask for."""
        names = (chain.rds for one in self.listeners for chain in one.chains if chain.is_http)
        return list(dict.fromkeys(names))

    @cached_property
    def virtual_hosts(self) -> Sequence[tuple[OutboundHosts, OutboundHost]]:
        """The virtual hosts of all route configurations, without the one for all other hosts."""
        return [found for name in self.route_configurations for found in self._hosts_of(name)]

    def _hosts_of(self, name: str) -> Iterator[tuple[OutboundHosts, OutboundHost]]:
        host, _, port = name.rpartition(":")
        table = self._view.hosts_on(int(port))
        if table is None:
            return
        found = map(table.of_service, [host] if host else self._names)
        for one in {one.name: one for one in found if one is not None}.values():
            yield table, one

    @cached_property
    def _names(self) -> Sequence[str]:
        """The hosts that virtual hosts may be named after: of services and VirtualServices."""
        scope = self._view.scope
        names = [host for host in self._services.by_host if scope.service(host) is not None]
        for listener in scope.listeners:
            for service in listener.virtual_services:
                names += [host.lower() for host in hosts_of(service, self._view.routes)]
        return list(dict.fromkeys(names))

    @property
    def outbound_chains(self) -> int:
        """The filter chains of outbound listeners, with those for what none of the others takes.

        Listeners for all addresses have one more, unless a chain of theirs takes everything.
        """
        shared = sum(one.address == WILDCARD and one.default is None for one in self.listeners)
        return sum(len(one.chains) for one in self.listeners) + shared + FIXED_OUTBOUND_CHAINS

    @cached_property
    def inbound_chains(self) -> Sequence[tuple[InboundPort, int]]:
        """The container ports with the number of their filter chains."""
        mode = self._policies.of_port
        return [
            (port, len(inbound_chains(port, mode(self._workload, port.number).mode)))
            for port in self.inbound_ports
        ]

    @property
    def catch_all_chains(self) -> int:
        """The filter chains for container ports that nothing names."""
        mode = self._policies.of_workload(self._workload).mode
        return len(inbound_chains(InboundPort(0, Protocol.AUTO), mode))

    @property
    def size(self) -> ConfigSize:
        """Count everything, and estimate its bytes."""
        counts = self.counts
        routes = self.virtual_hosts, counts.route_configurations, self._workload.namespace
        return ConfigSize(
            counts,
            ConfigBytes(
                cluster_bytes(self.clusters, len(self.inbound_ports), is_gateway=False),
                listener_bytes(self.listeners, self.inbound_chains, self.catch_all_chains),
                route_bytes(*routes, self._domain),
                endpoint_bytes(counts),
            ),
        )

    @property
    def counts(self) -> ConfigCounts:
        """Count everything."""
        clusters = self.clusters
        sets = [endpoints_of(one) for one in clusters if is_eds(one)]
        names = self.route_configurations
        shared = sum(":" not in name for name in names)
        return ConfigCounts(
            clusters=len(clusters) + len(self.inbound_ports) + FIXED_CLUSTERS,
            listeners=len(self.listeners) + FIXED_LISTENERS,
            filter_chains=self.outbound_chains
            + self.catch_all_chains
            + FIXED_INBOUND_CHAINS
            + sum(number for _, number in self.inbound_chains),
            route_configurations=len(names),
            virtual_hosts=len(self.virtual_hosts) + shared,
            routes=sum(_routes(table, host) for table, host in self.virtual_hosts) + shared,
            endpoint_sets=len(sets),
            empty_endpoint_sets=sets.count(0),
            endpoints=sum(sets),
            inline_endpoints=sum(endpoints_of(one) for one in clusters if is_inline(one)),
        )


def _routes(table: OutboundHosts, host: OutboundHost) -> int:
    """Count the routes of a virtual host: those of its VirtualService, or one to the service."""
    service = host.virtual_service
    return 1 if service is None else len(table.routes_of(service))
