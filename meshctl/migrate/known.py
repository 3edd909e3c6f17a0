"""Answers what old configuration asks of the mesh: Services by name, their pods and ports."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from meshctl.mesh import Mesh
from meshctl.resources import Gateway, Resource, Service, ServicePort, Workload


class Known:
    """What the input knows; what it doesn't may exist all the same."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.assumed: list[Mapping[str, Any]] = []
        """Services that are taken to exist, though the input has none."""
        self._in_front: dict[frozenset[tuple[str, str]], Sequence[Service]] = {}
        self._services = {service.key_name: service for service in mesh.of(Service)}
        self._by_namespace: dict[str, list[Service]] = {}
        for one in self._services.values():
            self._by_namespace.setdefault(one.namespace, []).append(one)

    @property
    def root(self) -> str:
        """The root namespace."""
        return self.mesh.config.root_namespace

    @property
    def domain(self) -> str:
        """The domain of the cluster."""
        return self.mesh.config.domain

    def host(self, name: str, namespace: str) -> str:
        """The full host of a Service."""
        return f"{name}.{namespace}.svc.{self.domain}"

    def parts(self, host: str, namespace: str) -> tuple[str, str] | None:
        """Take a short or full name of a Service apart: its name and namespace.

        A host with more names than that is none of a Service.
        """
        short = host.removesuffix(".").removesuffix(f".svc.{self.domain}").removesuffix(".svc")
        name, _, rest = short.partition(".")
        if not name or "." in rest or "*" in host:
            return None
        return name, rest or namespace

    def service(self, host: str, namespace: str) -> Service | None:
        """Find a Service by a short or full name."""
        parts = self.parts(host, namespace)
        return None if parts is None else self._services.get(f"{parts[1]}/{parts[0]}")

    def services(self, namespace: str) -> Sequence[Service]:
        """The known Services of a namespace."""
        return self._by_namespace.get(namespace, ())

    def workloads(self, service: Service) -> Sequence[Workload]:
        """The known workloads behind a Service."""
        if not service.selector:
            return []
        return self.mesh.workloads.find(service.selector, service.namespace)

    def target(self, service: Service, port: ServicePort) -> int | None:
        """The container port that a port of a Service leads to; ``None`` where it can't be told."""
        for host in self.mesh.registry.of(service):
            declared = host.port(port.port)
            if declared is None:
                continue
            if isinstance(declared.target, int):
                return declared.target
            found = {
                self.mesh.workloads.target_port(workload, declared)
                for workload in self.workloads(service)
            }
            return found.pop() if len(found) == 1 else None
        return None

    def http_ports(self, namespace: str, selector: Mapping[str, str]) -> list[str]:
        """The container ports with HTTP of selected pods, where they have others as well.

        A rule of DENY that asks about HTTP alone denies everything on the others. Empty where
        every known port has HTTP.
        """
        ports: dict[bool, set[int]] = {True: set(), False: set()}
        for service in self.services(namespace):
            chosen, own = selector.items(), service.selector.items()
            if not own or not (chosen <= own or own <= chosen):
                continue
            for host in self.mesh.registry.of(service):
                for port in host.ports:
                    number = port.target if isinstance(port.target, int) else None
                    if isinstance(port.target, str):
                        number = self.target(service, ServicePort(service, (), port.view.data))
                    if number is not None:
                        ports[port.protocol.is_http or port.protocol.value == "auto"].add(number)
        return [str(number) for number in sorted(ports[True])] if ports[False] else []

    def of_kind(self, group: str, *kinds: str) -> Iterator[Resource]:
        """Walk objects that have no view of their own, by group and kind."""
        for resource in self.mesh.resources:
            if resource.group == group and (not kinds or resource.kind in kinds):
                yield resource

    def in_front(self, gateway: Gateway) -> Sequence[Service]:
        """The Services that lead to the pods of a gateway; found once for Gateways of equal selectors.

        Without pods in the input they are those that select all that the Gateway does.
        """
        key = frozenset(gateway.selector.items())
        if key not in self._in_front:
            services = (service for service in self.mesh.of(Service) if service.selector)
            self._in_front[key] = [
                service for service in services if self._leads_to(gateway, service)
            ]
        return self._in_front[key]

    def _leads_to(self, gateway: Gateway, service: Service) -> bool:
        pods = self.mesh.workloads.find(gateway.selector)
        if not pods:
            return gateway.selector.items() <= service.selector.items()
        both = {**gateway.selector, **service.selector}
        if any(both[key] != text for key, text in gateway.selector.items()):
            return False
        return bool(self.mesh.workloads.find(both, service.namespace))
