"""The hosts whose selector picks a machine outside Kubernetes, and the ports that it may name.

The ``ports`` of a WorkloadEntry are looked up by the name of the ServiceEntry's port, or by the
``targetPort`` (a name) or the name of the Service's port (convertWorkloadInstanceToServiceInstance,
serviceentry/conversion.go; serviceInstanceFromWorkloadInstance, kube/controller/controller.go, both in
pilot/pkg/serviceregistry, Istio 1.31).
"""

from collections.abc import Iterable, Iterator, Sequence

from meshctl.mesh.core.selectors import IdentityCache, SelectorIndex
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.resources import Service, View, WorkloadEntry, WorkloadGroup
from meshctl.validation.webhook.fields.addresses import is_ip


class MachineHosts:
    """Answers for WorkloadEntries and WorkloadGroups."""

    def __init__(self, hosts: Iterable[RegisteredHost]) -> None:
        self._by_namespace: dict[str, SelectorIndex[RegisteredHost]] = {}
        self._names = IdentityCache(_names)  # many machines share their hosts
        self._selecting: set[str] = set()
        for host in hosts:
            source = host.source
            selector = source.selector if isinstance(source, Service) else source.workload_selector
            if selector:
                self._by_namespace.setdefault(source.namespace, SelectorIndex()).add(selector, host)
            if selector and not isinstance(source, Service):
                self._selecting.add(source.namespace)

    def of(self, machine: WorkloadEntry | WorkloadGroup) -> Sequence[RegisteredHost]:
        """The hosts behind which a machine stands, in input order."""
        index = self._by_namespace.get(machine.namespace)
        return index.find(machine.pod_labels) if index is not None else ()

    def are_selected_in(self, namespace: str) -> bool:
        """Does a ServiceEntry of a namespace select its endpoints?"""
        return namespace in self._selecting

    def is_forgotten(self, machine: WorkloadEntry | WorkloadGroup) -> bool:
        """Has a machine labels that nothing selects, where ServiceEntries of its namespace select some?"""
        selects_machines = self.are_selected_in(machine.namespace)
        return selects_machines and bool(machine.pod_labels) and not self.of(machine)

    def lacking(self, machine: WorkloadEntry | WorkloadGroup) -> Iterator[tuple[Service, HostPort]]:
        """Walk the ports of Services that lead to a machine by a name which it has no port of."""
        known = written_machine(machine).child("ports").names()
        for host in self.of(machine):
            for port in host.ports if isinstance(host.source, Service) else ():
                if isinstance(port.target, str) and port.target not in known:
                    assert isinstance(host.source, Service)  # noqa: S101 - narrows the type
                    yield host.source, port

    def asked_names(self, machine: WorkloadEntry | WorkloadGroup) -> list[str]:
        """The names by which its first host looks for the ports of a machine, as it has them."""
        hosts = self.of(machine)[:1]
        return [name for host in hosts for port in host.ports if (name := _name(port))]

    def unused_ports(self, machine: WorkloadEntry | WorkloadGroup) -> list[str]:
        """The names of a machine's ports that no host asks for; none where no host picks it."""
        hosts = self.of(machine)
        asked = self._names.of(hosts)
        written = written_machine(machine).child("ports").names()
        return [name for name in written if name not in asked] if hosts else []

    def leaves_out(self, machine: WorkloadEntry) -> RegisteredHost | None:
        """Find a host that takes addresses alone, while the machine has a name or a socket.

        A ServiceEntry with DNS takes these, and nothing else does (services, conversion.go there).
        """
        address = machine.spec.text("address")
        if not address or is_ip(address):
            return None
        return next(
            (
                registered_host
                for registered_host in self.of(machine)
                if _takes_addresses_alone(registered_host)
            ),
            None,
        )


def _takes_addresses_alone(host: RegisteredHost) -> bool:
    return isinstance(host.source, Service) or host.source.resolution == "STATIC"


def written_machine(machine: WorkloadEntry | WorkloadGroup) -> View:
    """The part of an object that says where a machine is: a group has it as its template."""
    is_group = isinstance(machine, WorkloadGroup)
    return machine.spec.child("template") if is_group else machine.spec


def _names(hosts: Sequence[RegisteredHost]) -> frozenset[str]:
    return frozenset(_name(port) for host in hosts for port in host.ports)


def _name(port: HostPort) -> str:
    """The name by which a port is looked up at machines."""
    return port.target if isinstance(port.target, str) else port.name
