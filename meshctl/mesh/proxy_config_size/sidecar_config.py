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
    endpoint_bytes,
    inbound_bytes,
)
from meshctl.mesh.proxy_config_size.config_size import ConfigCounts, ConfigSize
from meshctl.mesh.proxy_config_size.outbound_config import OutboundSize
from meshctl.mesh.request_path.chains import ListenerChain
from meshctl.mesh.request_path.inbound_chains import InboundPort, inbound_chains
from meshctl.mesh.security.peer_authentication import PeerAuthentications
from meshctl.resources import Workload
from meshctl.resources.cached_property import cached_property

FIXED_CLUSTERS = 3
"""BlackHoleCluster, PassthroughCluster and InboundPassthroughCluster."""
FIXED_LISTENERS = 2
"""virtualOutbound and virtualInbound."""
FIXED_INBOUND_CHAINS = 1
"""Of virtualInbound: for calls to itself."""


class SidecarConfig:
    """All that the sidecar of one workload is sent."""

    def __init__(
        self, outbound: OutboundSize, ports: Sequence[InboundPort], modes: PeerAuthentications,
        guards: Guards, workload: Workload, address: str,
    ) -> None:  # fmt: skip
        """``ports`` are the container ports that have chains and a cluster of their own."""
        self._outbound = outbound
        self._address = address
        self._ports = ports
        self._modes = modes
        self._guards = guards
        self._workload = workload

    @cached_property
    def _chains(self) -> Sequence[ListenerChain]:
        """The filter chains of the container ports that have some of their own."""
        mode = self._modes.of_port
        return [
            chain
            for port in self._ports
            for chain in inbound_chains(port, mode(self._workload, port.number).mode)
        ]

    @property
    def _catch_all(self) -> int:
        """The filter chains for container ports that nothing names."""
        mode = self._modes.of_workload(self._workload).mode
        return len(inbound_chains(InboundPort(0, Protocol.AUTO), mode))

    @property
    def size(self) -> ConfigSize:
        """Count everything, and estimate its bytes."""
        counts = self.counts
        outbound = self._outbound.bytes_at(self._address, self._workload.namespace)
        clusters = outbound.clusters + INBOUND_CLUSTER * len(self._ports)
        listeners = outbound.listeners + inbound_bytes(self._chains, self._catch_all, self._guards)
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
            clusters=outbound.clusters + len(self._ports) + FIXED_CLUSTERS,
            listeners=outbound.listeners + FIXED_LISTENERS,
            filter_chains=outbound.filter_chains + len(self._chains) + self._catch_all
            + FIXED_INBOUND_CHAINS,
        )  # fmt: skip
