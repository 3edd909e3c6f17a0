"""What sidecars are sent for their outbound traffic: clusters, listeners, routes, endpoints.

The parts are those of ``mesh.request_path``; here all of them are made, where a request asks for
one (pilot/pkg/networking/core, Istio 1.31).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.proxy_config_size.cluster_sums import ClusterSum
from meshctl.mesh.proxy_config_size.config_bytes import (
    RouteBytes,
    SentHost,
    cluster_bytes,
    listener_bytes,
)
from meshctl.mesh.proxy_config_size.config_size import ConfigBytes, ConfigCounts
from meshctl.mesh.request_path.egress_scope import hosts_of
from meshctl.mesh.request_path.outbound_hosts import EVERY_HTTP_PORT, OutboundHost, OutboundHosts
from meshctl.mesh.request_path.outbound_listeners import WILDCARD, OutboundListener
from meshctl.mesh.request_path.proxy_services import ProxyServices
from meshctl.mesh.request_path.proxy_view import SidecarView
from meshctl.resources import VirtualService
from meshctl.resources.cached_property import cached_property

_FIXED = ConfigCounts(filter_chains=2)
"""Of virtualOutbound: for calls to itself, and for all that no listener is for."""


@dataclass(frozen=True, slots=True)
class ListenersSize:
    """What some listeners and their route configurations count; ``listeners`` is in bytes."""

    counts: ConfigCounts
    listeners: int
    routes: RouteBytes

    def changed(self, more: "ListenersSize", less: "ListenersSize") -> "ListenersSize":
        """Give the size with more of them and without others."""
        return ListenersSize(
            self.counts + more.counts - less.counts,
            self.listeners + more.listeners - less.listeners,
            self.routes.changed(more.routes, less.routes),
        )


class OutboundListenersSize(NamedTuple):
    """What all listeners count, and of them what is there for one pod, by its address.

    A sidecar has no listener for its own pod (buildSidecarOutboundListeners,
    pilot/pkg/networking/core/listener.go, Istio 1.31).
    """

    every: ListenersSize
    of_pods: Mapping[str, ListenersSize]


@dataclass(frozen=True, slots=True)
class OutboundSize:
    """What sidecars are sent for their outbound traffic, in numbers alone, so that it needn't be kept.

    The fixed clusters and listeners are not in it.
    """

    clusters: ClusterSum
    listeners: OutboundListenersSize

    def counts_at(self, address: str) -> ConfigCounts:
        """Count what a pod at an address is sent."""
        every, of_pods = self.listeners
        own = of_pods.get(address)
        counts = every.counts if own is None else every.counts - own.counts
        return counts + self.clusters.counts + _FIXED

    def bytes_at(self, address: str, namespace: str) -> ConfigBytes:
        """Estimate the bytes of what a pod of a namespace at an address is sent."""
        every, of_pods = self.listeners
        own = of_pods.get(address)
        clusters = cluster_bytes(self.clusters.tenths, is_gateway=False)
        if own is None:
            return ConfigBytes(clusters, every.listeners, every.routes.in_namespace(namespace))
        routes = every.routes.in_namespace(namespace, own.routes.tenths)
        return ConfigBytes(clusters, every.listeners - own.listeners, routes)


class OutboundListenersConfig:
    """The listeners and routes of sidecars that nothing tells apart but their own names and addresses."""

    def __init__(self, view: SidecarView, services: ProxyServices, domain: str) -> None:
        self.view = view
        self._services = services
        self._domain = domain

    @cached_property
    def listeners(self) -> Sequence[OutboundListener]:
        """The outbound listeners."""
        return [
            outbound_listener
            for port in self._ports
            for outbound_listener in self.view.listeners.on(port)
        ]

    @property
    def _ports(self) -> list[int]:
        written = {listener.port for listener in self.view.scope.listeners if listener.port}
        return sorted({*self._hosts_by_port, *written})

    @cached_property
    def _hosts_by_port(self) -> Mapping[int, Sequence[str]]:
        return self._services.by_port(self.view.scope.hosts)

    @cached_property
    def asking(self) -> Mapping[str, int]:
        """The names of the route configurations, each with how many listeners ask for it."""
        return Counter(name for one in self.listeners for name in asked_by(one))

    @cached_property
    def hosts_by_name(self) -> Mapping[str, Mapping[str, SentHost]]:
        """The virtual hosts by route configuration and asked name, without the one for all other hosts.

        Several names may lead to the same one.
        """
        return {name: dict(self._hosts_of(name)) for name in self.asking}

    @cached_property
    def sharing(self) -> Mapping[str, Mapping[str, int]]:
        """How many names lead to each virtual host, by route configuration."""
        return {
            name: Counter(one.host.name for one in hosts.values())
            for name, hosts in self.hosts_by_name.items()
        }

    def virtual_hosts(self, name: str) -> Iterable[SentHost]:
        """Walk the virtual hosts of a route configuration, each once."""
        return {one.host.name: one for one in self.hosts_by_name[name].values()}.values()

    def _hosts_of(self, name: str) -> Iterator[tuple[str, SentHost]]:
        host, _, port = name.rpartition(":")
        table = self.view.hosts_on(int(port))
        for asked in () if table is None else [host] if host else self.names_on(int(port)):
            found = table.of_service(asked) if table is not None else None
            if found is not None and table is not None:
                yield asked, SentHost(table, found, is_alone=bool(host))

    def names_on(self, port: int) -> Iterable[str]:
        """The hosts that virtual hosts of a port may be named after.

        They are those of services with the port, and of VirtualServices with such a service; on
        port 80 of all VirtualServices.
        """
        known = self.view.scope.service
        names = [one for one in self._hosts_by_port.get(port, ()) if known(one) is not None]
        return dict.fromkeys((*names, *self.routed.get(port, ()), *self.routed.get(0, ())))

    @cached_property
    def routed(self) -> Mapping[int, Mapping[str, None]]:
        """The hosts of VirtualServices, by the ports whose tables may have them; 0 is any port."""
        found: dict[int, dict[str, None]] = {}
        for listener in self.view.scope.distinct:
            for port, hosts in self.routed_by(listener.virtual_services):
                found.setdefault(port, {}).update(dict.fromkeys(hosts))
        return found

    def routed_by(self, several: Iterable[VirtualService]) -> Iterator[tuple[int, Sequence[str]]]:
        """Walk the ports whose tables may have hosts of some VirtualServices, with those."""
        for service in several:
            hosts = [host.lower() for host in hosts_of(service, self.view.routes)]
            for port in {0} if any(map(is_wildcard, hosts)) else self._ports_of(hosts):
                yield port, hosts

    def _ports_of(self, hosts: Iterable[str]) -> set[int]:
        by_host = self._services.by_host
        several = (service for host in hosts for service in by_host.get(host, ()))
        return {EVERY_HTTP_PORT, *(port.number for service in several for port in service.ports)}

    @cached_property
    def size(self) -> OutboundListenersSize:
        """Count everything, and estimate its bytes."""
        hosts = [host for name in self.asking for host in self.virtual_hosts(name)]
        every = self.part(self.listeners, [*self.asking], hosts)
        return OutboundListenersSize(every, self._of_pods())

    def part(
        self, listeners: Sequence[OutboundListener], configurations: Sequence[str],
        hosts: Sequence[SentHost],
    ) -> ListenersSize:  # fmt: skip
        """Count listeners, and route configurations with virtual hosts.

        Listeners for all addresses have one chain more, unless one of theirs takes everything.
        """
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
            for name in asked_by(listener):
                askers.setdefault(name, set()).add(listener.address)
        alone: dict[str, list[str]] = {}
        for name, addresses in askers.items():
            if len(addresses) == 1:
                [address] = addresses
                alone.setdefault(address, []).append(name)
        of_services = {WILDCARD, *self._services.by_address}
        return {
            address: self._part_of(listeners, alone.get(address, ()))
            for address, listeners in by_address.items()
            if address not in of_services
        }

    def _part_of(
        self, listeners: Sequence[OutboundListener], configurations: Sequence[str]
    ) -> ListenersSize:
        hosts = [host for name in configurations for host in self.virtual_hosts(name)]
        return self.part(listeners, configurations, hosts)


def asked_by(listener: OutboundListener) -> Iterable[str]:
    """Name the route configurations that a listener asks for, each once."""
    return dict.fromkeys(chain.rds for chain in listener.chains if chain.is_http)


def _routes(table: OutboundHosts, host: OutboundHost) -> int:
    """Count the routes of a virtual host: those of its VirtualService, or one to the service."""
    service = host.virtual_service
    return 1 if service is None else len(table.routes_of(service))
