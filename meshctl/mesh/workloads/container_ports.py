"""Container ports, and the Services that lead to them.

Kubernetes translates a Service's port before the connection reaches the pod, so sidecars know
container ports alone.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshctl.istio.protocols import Protocol
from meshctl.istio.well_known_ports import server_first
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.workloads.traffic_capture import TrafficCapture
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Service, ServicePort, View, Workload
from meshctl.resources.cached_property import cached_property


class MappedPort(NamedTuple):
    """A port that only Services have, of the first of them, and the container ports it lands on."""

    port: View
    target: int
    targets: frozenset[int]


class ContainerPorts:
    """All container ports, with the Services in front of them."""

    def __init__(self, hosts: Iterable[RegisteredHost], workloads: Workloads) -> None:
        self._hosts = [host for host in hosts if isinstance(host.source, Service)]
        self._workloads = workloads

    def in_front_of(self, workload: Workload) -> Iterator[tuple[HostPort, int]]:
        """Walk the Service ports that lead to a workload, each with its container port."""
        for host in self._by_workload.get(workload, ()):
            for port in host.ports:
                target = self._workloads.target_port(workload, port)
                if target is not None:
                    yield port, target

    def layer4(self, workload: Workload) -> Iterator[tuple[HostPort, int]]:
        """Walk those Service ports, with their container port, that are surely not HTTP."""
        found = [*self.in_front_of(workload)]
        either = {target for port, target in found if port.protocol.is_http}
        for port, target in found:
            opaque = port.protocol not in {Protocol.AUTO, Protocol.UDP}
            if opaque and not port.protocol.is_http and target not in either:
                yield port, target

    def are_http(self, workload: Workload) -> bool:
        """Do Services lead to a workload, and all of their ports surely speak HTTP?"""
        found = [port.protocol.is_http for port, _ in self.in_front_of(workload)]
        return bool(found) and all(found)

    def is_exposed(self, workload: Workload) -> bool:
        """Do connections from outside the cluster come to a workload without a gateway?"""
        return workload.uses_host_network or any(
            service.type in {"NodePort", "LoadBalancer"} for service in self.services(workload)
        )

    def services(self, workload: Workload) -> Iterator[Service]:
        """Walk the Services in front of a workload, by name."""
        for host in self.hosts(workload):
            if isinstance(host.source, Service):
                yield host.source

    def hosts(self, workload: Workload) -> list[RegisteredHost]:
        """The hosts of the Services in front of a workload, by name."""
        return sorted(self._by_workload.get(workload, ()), key=lambda host: host.host)

    def only_of_service(self, workload: Workload, number: int) -> tuple[View, int] | None:
        """Find a Service port of a number that is no container port, and where it lands."""
        declared = {port.number("containerPort") for port in _container_ports(workload)}
        mapped: tuple[View, int] | None = None
        for port, target in self.in_front_of(workload):
            declared.add(target)
            if port.number == number and mapped is None:
                mapped = (port.view, target)
        return mapped if number not in declared else None

    def only_of_services(self, workloads: Iterable[Workload], number: int) -> MappedPort | None:
        """Find a Service port of a number that is a container port of no workload.

        ``None`` where there is no such port in front of one of them.
        """
        hits = [self.only_of_service(workload, number) for workload in workloads]
        mapped = [hit for hit in hits if hit is not None]
        if not mapped or len(mapped) < len(hits):
            return None
        port, target = min(mapped, key=lambda hit: (hit[0].resource.key_name, hit[1]))
        return MappedPort(port, target, frozenset(target for _, target in mapped))

    def governing_service(self, workload: Workload) -> Service | None:
        """Find the headless Service that names the pods of a StatefulSet."""
        name = workload.spec.text("serviceName")
        for host in self._by_workload.get(workload, ()) if workload.kind == "StatefulSet" else ():
            source = host.source
            if isinstance(source, Service) and source.name == name and source.is_headless:
                return source
        return None

    def server_first(self, service: Service, port: ServicePort) -> str:
        """Name the protocol behind a Service port if its server speaks first, else nothing.

        Told by well-known numbers, and by the images of containers that declare the port.
        """
        selector = service.selector
        pods = self._workloads.endpoints_of(selector, service.namespace) if selector else []
        images = (
            container.text("image")
            for pod in pods
            for container in pod.containers
            if any(port.target in {each_port.number("containerPort"), each_port.text("name")}
                   for each_port in container.ports)
        )  # fmt: skip
        found = (server_first(port.port, port.target, image) for image in ("", *images))
        return next((protocol for protocol in found if protocol), "")

    def undeclared(self, workload: Workload) -> Iterator[View]:
        """Walk the captured ports that no Service leads to, of containers that one leads to.

        Ports that are probed, or named for metrics, are for others than the peers.
        """
        known = {target for _, target in self.in_front_of(workload)}
        capture = TrafficCapture(workload)
        apart = known | {number for number, _ in capture.probed_ports()}
        for container in workload.containers:
            numbers = {port.number("containerPort") for port in container.ports}
            for port in container.ports if numbers & known else ():
                number = port.number("containerPort")
                is_tcp = port.text("protocol") in {"", "TCP"}
                if number is None or number in apart or not is_tcp:
                    continue
                if "metrics" not in port.text("name") and capture.includes(number):
                    yield port

    @cached_property
    def _by_workload(self) -> dict[Workload, list[RegisteredHost]]:
        found: dict[Workload, list[RegisteredHost]] = {}
        for host in self._hosts:
            for workload in self._workloads.behind(host):
                found.setdefault(workload, []).append(host)
        return found


def _container_ports(workload: Workload) -> Iterator[View]:
    for container in workload.containers:
        yield from container.ports
