"""Service ports that meet on one container port.

The sidecar of the server has one inbound listener for each container port, whatever the number of
Services in front of it (buildInboundChainConfigs, pilot/pkg/networking/core/listener_inbound.go,
Istio 1.31).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.istio.labels import GATEWAY_MANAGED
from meshctl.istio.protocols import Protocol
from meshctl.mesh.registry.services import HostPort
from meshctl.mesh.workloads.container_ports import ContainerPorts
from meshctl.resources import Ref, Workload


class LinkedPort(NamedTuple):
    """A Service port that leads to a container port."""

    number: int
    protocol: Protocol
    service: str
    place: Ref

    @property
    def family(self) -> str:
        """What kind of listener the protocol needs: ``http``, ``tls`` or ``tcp``."""
        if self.protocol.is_http:
            return "http"
        return "tls" if self.protocol.is_tls else "tcp"


class SharedPort(NamedTuple):
    """A container port with the Service ports that lead to it, their numbers and their kinds."""

    target: int
    ports: Sequence[LinkedPort]
    numbers: frozenset[int]
    families: frozenset[str]


def shared_ports(workload: Workload, ports: ContainerPorts) -> Sequence[SharedPort]:
    """List the container ports that several Service ports lead to.

    Ports whose protocol is sniffed fit to any other, and UDP never reaches a sidecar.
    """
    if GATEWAY_MANAGED in workload.labels:
        return ()
    return ports.once(ports.all_in_front_of(workload), _shared)


def _shared(in_front: Sequence[tuple[HostPort, int]]) -> Iterator[SharedPort]:
    found: dict[int, list[LinkedPort]] = {}
    for port, target in in_front:
        if port.protocol not in {Protocol.AUTO, Protocol.UDP}:
            service = port.view.resource.key_name
            place = port.view.at("name") if port.name else port.view.at("port")
            found.setdefault(target, []).append(
                LinkedPort(port.number, port.protocol, service, place)
            )
    for target, linked in sorted(found.items()):
        if len({port.service for port in linked}) > 1:
            ordered = sorted(linked, key=lambda port: (port.service, port.number))
            numbers = frozenset(port.number for port in ordered)
            families = frozenset(port.family for port in ordered)
            yield SharedPort(target, ordered, numbers, families)
