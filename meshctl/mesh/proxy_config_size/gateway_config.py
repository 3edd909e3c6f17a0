"""Everything that a gateway is sent: clusters, listeners, routes, endpoints.

A gateway has every cluster that it sees, whether a route uses it or not
(PILOT_FILTER_GATEWAY_CLUSTER_CONFIG is off), and no Sidecar limits it (Istio 1.31).
"""

from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.proxy_config_size.cluster_sums import ClusterSum
from meshctl.mesh.proxy_config_size.config_bytes import (
    cluster_bytes,
    endpoint_bytes,
    gateway_bytes,
)
from meshctl.mesh.proxy_config_size.config_size import ConfigBytes, ConfigCounts, ConfigSize
from meshctl.resources.cached_property import cached_property

FIXED_CLUSTERS = 1
"""BlackHoleCluster."""


class GatewayConfig:
    """All that one gateway workload is sent."""

    def __init__(self, clusters: ClusterSum, gateway: EffectiveGateway | None) -> None:
        self._clusters = clusters
        self._gateway = gateway

    @cached_property
    def _names(self) -> list[str]:
        listeners = self._gateway.listeners if self._gateway is not None else ()
        found = (chain.route_config for listener in listeners for chain in listener.chains)
        return list(dict.fromkeys(name for name in found if name))

    @cached_property
    def size(self) -> ConfigSize:
        """Count everything, and estimate its bytes."""
        counts = self.counts
        clusters = cluster_bytes(self._clusters.tenths, is_gateway=True)
        listeners, routes = gateway_bytes(self._gateway, self._names)
        return ConfigSize(counts, ConfigBytes(clusters, listeners, routes, endpoint_bytes(counts)))

    @cached_property
    def counts(self) -> ConfigCounts:
        """Count everything."""
        gateway = self._gateway
        listeners = gateway.listeners if gateway is not None else ()
        chains = [chain for listener in listeners for chain in listener.chains]
        names = self._names
        configs = gateway.route_configs if gateway is not None else {}
        hosts = [host for name in names for host in configs.get(name, ())]
        return self._clusters.counts + ConfigCounts(
            clusters=FIXED_CLUSTERS,
            listeners=len(listeners),
            filter_chains=len(chains),
            route_configurations=len(names),
            virtual_hosts=len(hosts),
            routes=sum(len(host.routes) for host in hosts),
        )
