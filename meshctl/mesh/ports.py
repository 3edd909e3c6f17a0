"""Which Services lead to a container port, and which container ports does none lead to?

Kubernetes translates a Service's port before the connection reaches the pod, so sidecars know
container ports alone.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property

from meshctl.mesh.capture import Capture
from meshctl.mesh.registry import HostPort, RegisteredHost
from meshctl.mesh.workloads import Workloads
from meshctl.resources import Service, View, Workload


class Ports:
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

    def only_of_service(self, workload: Workload, number: int) -> tuple[View, int] | None:
        """Find a Service port of a number that is no container port, and where it lands."""
        declared = {port.number("containerPort") for port in _container_ports(workload)}
        mapped: tuple[View, int] | None = None
        for port, target in self.in_front_of(workload):
            declared.add(target)
            if port.number == number and mapped is None:
                mapped = (port.view, target)
        return mapped if number not in declared else None

    def governing_service(self, workload: Workload) -> Service | None:
        """Find the headless Service that names the pods of a StatefulSet."""
        name = workload.spec.text("serviceName")
        for host in self._by_workload.get(workload, ()) if workload.kind == "StatefulSet" else ():
            source = host.source
            if isinstance(source, Service) and source.name == name and source.is_headless:
                return source
        return None

    def undeclared(self, workload: Workload) -> Iterator[View]:
        """Walk the captured ports that no Service leads to, of containers that one leads to.

        Ports that are probed, or named for metrics, are for others than the peers.
        """
        known = {target for _, target in self.in_front_of(workload)}
        capture = Capture(workload)
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
