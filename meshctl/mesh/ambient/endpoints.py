"""How sidecars and ingress gateways reach each endpoint of a Service.

Mirrors buildEnvoyLbEndpoint and findServiceWaypoint (pilot/pkg/xds/endpoints/endpoint_builder.go,
Istio 1.31): a sidecar of the other side takes Istio's mutual TLS, what CNI redirects takes HBONE,
and only gateways go to waypoints, where the label ingress-use-waypoint asks for it.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from meshctl.istio.ambient import speaks_hbone
from meshctl.istio.labels import TLS_MODE
from meshctl.mesh.ambient.waypoints import Waypoint
from meshctl.mesh.ambient.workload_api import ZtunnelService
from meshctl.mesh.registry.services import HostPort
from meshctl.mesh.security.hbone import is_waypoint
from meshctl.mesh.security.peer_authentication import Mode, PeerAuthentications
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import EntryEndpoint, Service, ServiceEntry, Workload


class Transport(StrEnum):
    """What goes over the wire to an endpoint."""

    HBONE = "HBONE"
    ISTIO_MTLS = "istio-mtls"
    PLAINTEXT = "plaintext"


class EndpointPath(NamedTuple):
    """One endpoint of a Service port: the pod, or entry of a ServiceEntry, and how it gets there.

    ``by_waypoint`` means that ``end`` is a pod of the waypoint, and ``port`` the Service's own.
    """

    end: Workload | EntryEndpoint
    port: int
    transport: Transport
    by_waypoint: bool = False


class EndpointPaths:
    """Answers for sidecars and gateways."""

    def __init__(
        self, workloads: Workloads, peers: PeerAuthentications,
        instances: Callable[[Waypoint], Sequence[Workload]],
    ) -> None:  # fmt: skip
        self._workloads = workloads
        self._peers = peers
        self._instances = instances

    def of_port(
        self, service: ZtunnelService, port: HostPort, *, from_gateway: bool
    ) -> Iterator[EndpointPath]:
        """Walk the endpoints of a Service port, as istiod sends them to a sidecar or a gateway."""
        waypoint = self.waypoint(service) if from_gateway else None
        if waypoint is not None:
            for pod in self._instances(waypoint):
                yield EndpointPath(pod, port.number, Transport.HBONE, by_waypoint=True)
            return
        source = service.host.source
        for workload in self._workloads.behind(service.host):
            target = self._workloads.target_port(workload, port)
            if target is not None:
                yield EndpointPath(workload, target, self.transport(workload, target))
        for end in source.endpoints if isinstance(source, ServiceEntry) else ():
            number = end.ports.get(port.name) or port.target
            if isinstance(number, int):
                yield EndpointPath(end, number, _transport_of(end))

    def waypoint(self, service: ZtunnelService) -> Waypoint | None:
        """The waypoint to which ingress gateways send what is for a service, if they do.

        A headless Service counts as one with the address 0.0.0.0, for which no waypoint has a
        chain; a ServiceEntry without an address is reached directly.
        """
        is_service = isinstance(service.host.source, Service)
        if not service.by_ingress or not (is_service or service.addresses):
            return None
        return service.binding.bound

    def transport(self, workload: Workload, port: int) -> Transport:
        """Say how a sidecar reaches a container port of a pod."""
        labels = workload.pod_labels
        membership = self._workloads.membership(workload)
        tls_mode = labels.get(TLS_MODE)
        has_sidecar = membership is Membership.SIDECAR and not is_gateway(workload)
        if tls_mode == "istio" or (tls_mode is None and has_sidecar):
            is_open = self._peers.of_port(workload, port).mode is Mode.DISABLE
            return Transport.PLAINTEXT if is_open else Transport.ISTIO_MTLS
        takes = is_waypoint(workload) or speaks_hbone(labels) or membership is Membership.AMBIENT
        return Transport.HBONE if takes else Transport.PLAINTEXT


def _transport_of(end: EntryEndpoint) -> Transport:
    """Say how a sidecar reaches an endpoint that is written by hand: by its labels alone."""
    if end.labels.get(TLS_MODE) == "istio":
        return Transport.ISTIO_MTLS
    return Transport.HBONE if speaks_hbone(end.labels) else Transport.PLAINTEXT
