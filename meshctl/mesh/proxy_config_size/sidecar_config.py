"""Everything that a sidecar is sent: its outbound part, and what its own pod needs.

Of each container port that a Service leads to there is a cluster, and chains by the mode of
PeerAuthentication and the port's protocol (pilot/pkg/networking/core/listener_inbound.go, Istio
1.31).
"""

from collections.abc import Sequence
from dataclasses import replace

from meshctl.istio.protocols import Protocol
from meshctl.mesh.proxy_config_size.config_bytes import (
    INBOUND_CLUSTER,
    Guards,
    InboundSize,
    endpoint_bytes,
    inbound_bytes,
)
from meshctl.mesh.proxy_config_size.config_size import ConfigCounts, ConfigSize
from meshctl.mesh.proxy_config_size.outbound_config import OutboundSize
from meshctl.mesh.request_path.inbound_chains import InboundPort, inbound_chains
from meshctl.mesh.security.peer_authentication import PeerAuthentications
from meshctl.resources import Workload

FIXED_CLUSTERS = 3
"""BlackHoleCluster, PassthroughCluster and InboundPassthroughCluster."""
FIXED_LISTENERS = 2
"""virtualOutbound and virtualInbound."""
FIXED_INBOUND_CHAINS = 1
"""Of virtualInbound: for calls to itself."""


def inbound_of(
    ports: Sequence[InboundPort], modes: PeerAuthentications, workload: Workload
) -> InboundSize:
    """Count what pods need that have these container ports and the modes of a workload."""
    chains = [
        chain
        for port in ports
        for chain in inbound_chains(port, modes.of_port(workload, port.number).mode)
    ]
    http = sum(chain.is_http for chain in chains)
    rest = inbound_chains(InboundPort(0, Protocol.AUTO), modes.of_workload(workload).mode)
    return InboundSize(len(ports), http, len(chains) - http, len(rest))


class SidecarConfig:
    """All that the sidecar of one workload is sent."""

    def __init__(
        self, outbound: OutboundSize, inbound: InboundSize, guards: Guards, namespace: str,
        address: str,
    ) -> None:  # fmt: skip
        self._outbound = outbound
        self._inbound = inbound
        self._guards = guards
        self._namespace = namespace
        self._address = address

    @property
    def size(self) -> ConfigSize:
        """Count everything, and estimate its bytes."""
        counts = self.counts
        outbound = self._outbound.bytes_at(self._address, self._namespace)
        clusters = outbound.clusters + INBOUND_CLUSTER * self._inbound.ports
        listeners = outbound.listeners + inbound_bytes(self._inbound, self._guards)
        return ConfigSize(
            counts,
            replace(
                outbound, clusters=clusters, listeners=listeners, endpoints=endpoint_bytes(counts)
            ),
        )

    @property
    def counts(self) -> ConfigCounts:
        """Count everything."""
        outbound = self._outbound.counts_at(self._address)
        return replace(
            outbound,
            clusters=outbound.clusters + self._inbound.ports + FIXED_CLUSTERS,
            listeners=outbound.listeners + FIXED_LISTENERS,
            filter_chains=outbound.filter_chains + self._inbound.chains + FIXED_INBOUND_CHAINS,
        )
