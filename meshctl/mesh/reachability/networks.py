"""Finds the servers that clients reach only through a gateway between networks.

Such a gateway tells connections apart by the SNI of mutual TLS, so that clients that don't send it
are not given the endpoints of other networks at all (EndpointsByNetworkFilter,
pilot/pkg/xds/endpoints/ep_filters.go, Istio 1.31). The network of a cluster's pods is the label of
its root namespace.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.istio.labels import NETWORK
from meshctl.mesh.core.hosts import covers
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.registry.workload_entries import WorkloadEntries
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Gateway, Namespace, Ref, Service, ServiceEntry, WorkloadEntry
from meshctl.resources.cached_property import cached_property

_BETWEEN_NETWORKS = "AUTO_PASSTHROUGH"


class RemoteEndpoint(NamedTuple):
    """An endpoint of a host in another network, or the gateway by which there may be some.

    ``network`` is empty where only the gateway shows that there are other networks.
    """

    network: str
    place: Ref


class Networks:
    """What lies in other networks than the mesh's own."""

    def __init__(
        self, inventory: Inventory, machines: WorkloadEntries, workloads: Workloads
    ) -> None:
        self._inventory = inventory
        self._machines = machines
        self._workloads = workloads
        self._of_clusters = {
            remote.name: remote.network
            for remote in inventory.knowledge.remotes
            if remote.has_gateway
        }

    @property
    def has_own(self) -> bool:
        """Is it known which network is the mesh's own? Nothing lies beyond it otherwise."""
        return bool(self._own)

    def beyond(self, host: RegisteredHost) -> RemoteEndpoint | None:
        """Find an endpoint of a host that only a gateway between networks leads to."""
        if not self._own:
            return None
        for remote in self._endpoints(host):
            if remote.network and remote.network != self._own:
                return remote
        if isinstance(host.source, ServiceEntry):
            return None
        shared = (ref for name, ref in self._shared if covers(name, host.host))
        return next((RemoteEndpoint("", ref) for ref in shared), None)

    def _endpoints(self, host: RegisteredHost) -> Iterator[RemoteEndpoint]:
        source = host.source
        if isinstance(source, ServiceEntry):
            for endpoint in source.endpoints:
                yield RemoteEndpoint(endpoint.text("network"), endpoint.at("network"))
        selector = source.selector if isinstance(source, Service) else source.workload_selector
        machines = self._machines.find(selector, source.namespace) if selector else []
        for machine in machines:
            if isinstance(machine, WorkloadEntry):
                yield RemoteEndpoint(machine.spec.text("network"), machine.spec.at("network"))

        for workload in self._workloads.behind(host) if self._of_clusters else ():
            network = self._of_clusters.get(workload.cluster, "")
            if network:
                yield RemoteEndpoint(network, workload.at("metadata", "name"))

    @cached_property
    def _own(self) -> str:
        root = self._inventory.config.root_namespace
        found = (namespace for namespace in self._inventory.of(Namespace) if namespace.name == root)
        return next((namespace.labels.get(NETWORK, "") for namespace in found), "")

    @cached_property
    def _shared(self) -> list[tuple[str, Ref]]:
        """The hosts that gateways let clients of other networks reach."""
        return [
            (host.rpartition("/")[2], server.host_at(index))
            for gateway in self._inventory.of(Gateway)
            for server in gateway.servers
            if server.tls_mode == _BETWEEN_NETWORKS
            for index, host in enumerate(server.hosts)
        ]
