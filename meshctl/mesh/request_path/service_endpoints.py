"""The endpoints behind a port of a service, by the name of the port.

Mirrors the shards of pilot/pkg/model/endpointshards.go, which join what is declared for one host
in one namespace, convertServiceEntryToInstances and services (pilot/pkg/serviceregistry/serviceentry/
conversion.go), and serviceInstancesFromWorkloadInstances (kube/controller/controller.go there), Istio 1.31: a
machine without an IP address is behind ServiceEntries with DNS alone. EndpointSlices of the input count before
selectors, which tell the same of pods that are not running yet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from meshctl.istio.labels import SERVICE_OF_SLICE, TLS_MODE
from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.core.selectors import IdentityCache, LabelIndex
from meshctl.mesh.registry.services import HostPort, RegisteredHost, Registry
from meshctl.mesh.request_path.proxy_services import ProxyService
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Resource, Service, ServiceEntry, View, Workload, WorkloadEntry
from meshctl.resources.cached_property import cached_property
from meshctl.resources.istio.service_entry import EntryEndpoint, EntryPort
from meshctl.resources.view import views
from meshctl.validation.webhook.fields.addresses import is_ip

_SLICE = "EndpointSlice"
_DNS = frozenset({"DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"})
_LOOKED_UP = frozenset({"DNS", "DNS_ROUND_ROBIN"})


class ServiceEndpoint(NamedTuple):
    """An address and port behind a service; ``workload`` is the pod if there is one.

    ``takes_mtls`` says whether clients label it as a member of the mesh; ``None`` leaves that to
    its workload.
    """

    address: str
    port: int
    labels: Mapping[str, str]
    workload: Workload | None = None
    takes_mtls: bool | None = None


class ServiceEndpoints:
    """All endpoints, found when a service is asked for."""

    def __init__(
        self, resources: Iterable[Resource], registry: Registry, workloads: Workloads,
        entries: Iterable[WorkloadEntry],
    ) -> None:  # fmt: skip
        self._resources = resources
        self._registry = registry
        self._workloads = workloads
        self._entries: LabelIndex[WorkloadEntry] = LabelIndex()
        for entry in entries:
            self._entries.add(entry.namespace, entry.pod_labels, entry)
        self._known: dict[tuple[str, str, str], Sequence[ServiceEndpoint]] = {}
        self._named = IdentityCache(_by_name)
        self._of_pods: dict[
            tuple[int, int | str], tuple[Sequence[Workload], Sequence[ServiceEndpoint]]
        ] = {}
        self._of_entries: dict[object, Sequence[ServiceEndpoint]] = {}
        self._by_label: dict[tuple[str, str, str], LabelIndex[ServiceEndpoint]] = {}

    def of(self, service: ProxyService, port: HostPort) -> Sequence[ServiceEndpoint]:
        """List the endpoints behind a port of a service."""
        key = service.host, service.namespace, port.name
        if key not in self._known:
            same = [registered_host for registered_host in self._registry.at(service.host)
                    if registered_host.namespace == service.namespace]  # fmt: skip
            parts = [
                part
                for registered_host in same
                for part in self._of_host(registered_host, port.name)
                if part
            ]
            several = parts[0] if len(parts) == 1 else list(_once_each(chain.from_iterable(parts)))
            self._known[key] = several
        return self._known[key]

    def chosen(
        self, service: ProxyService, port: HostPort, labels: Mapping[str, str]
    ) -> Sequence[ServiceEndpoint]:
        """List the endpoints behind a port of a service that have the labels of a subset."""
        found = self.of(service, port)
        if not labels:
            return found
        key = service.host, service.namespace, port.name
        if key not in self._by_label:
            index = self._by_label[key] = LabelIndex()
            for endpoint in found:
                index.add("", endpoint.labels, endpoint)
        return self._by_label[key].find(labels)

    def of_kubernetes(self, service: ProxyService, port: HostPort) -> Sequence[ServiceEndpoint]:
        """List those that kube-proxy knows: of the Service alone."""
        source = service.declared.source
        if not isinstance(source, Service):
            return []
        return self._of_service(source, service.declared, port)

    def at(self, address: str) -> Workload | None:
        """Find the pod that has an address."""
        return self._by_address.get(address)

    def address_of(self, workload: Workload) -> str:
        """The address of a pod, or a name that stands for it where it isn't running."""
        pod = self._workloads.running(workload)
        return pod.child("status").text("podIP") or f"pod:{workload.key_name}"

    @cached_property
    def _by_address(self) -> dict[str, Workload]:
        return {self.address_of(workload): workload for workload in self._workloads}

    def _of_host(self, host: RegisteredHost, name: str) -> Iterator[Sequence[ServiceEndpoint]]:
        source = host.source
        for port in self._named.of(host.ports).get(name, ()):
            if isinstance(source, Service):
                yield self._of_service(source, host, port)
                if not source.is_headless and not source.external_name:
                    yield list(_once_each(self._machines_of(source, port)))
            else:
                yield from self._of_entry(source, host, port)

    def _of_service(
        self, service: Service, host: RegisteredHost, port: HostPort
    ) -> Sequence[ServiceEndpoint]:
        """List the endpoints of a Service; those that select the same pods share one list."""
        slices = self._slices.get(service.key_name)
        if slices is not None:
            found = (end for resource in slices for end in self._of_slice(resource, port))
            return list(_once_each(found))
        pods = self._workloads.behind(host)
        key = id(pods), port.target
        if key not in self._of_pods:
            targets = ((pod, self._workloads.target_port(pod, port)) for pod in pods)
            found = (
                self._of_pod(workload, target) for workload, target in targets if target is not None
            )
            self._of_pods[key] = pods, list(_once_each(found))
        return self._of_pods[key][1]

    def _of_pod(self, workload: Workload, port: int) -> ServiceEndpoint:
        return ServiceEndpoint(self.address_of(workload), port, workload.pod_labels, workload)

    def _of_slice(self, resource: Resource, port: HostPort) -> Iterator[ServiceEndpoint]:
        numbers = [
            p.number("port") for p in views(resource, "ports", View) if p.text("name") == port.name
        ]
        number = next((n for n in numbers if n), None)
        for endpoint in views(resource, "endpoints", View) if number is not None else ():
            if endpoint.child("conditions").flag("ready") is False:
                continue
            for address in endpoint.texts("addresses"):
                pod = self.at(address)
                labels = pod.pod_labels if pod is not None else {}
                yield ServiceEndpoint(address, number or 0, labels, pod)

    @cached_property
    def _slices(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self._resources:
            if resource.kind == _SLICE:
                name = resource.labels.get(SERVICE_OF_SLICE, "")
                found.setdefault(f"{resource.namespace}/{name}", []).append(resource)
        return found

    def _of_entry(
        self, entry: ServiceEntry, host: RegisteredHost, port: HostPort
    ) -> Iterator[Sequence[ServiceEndpoint]]:
        """Give the endpoints of a ServiceEntry; those that select the same share one list."""
        written = port.view
        assert isinstance(written, EntryPort)  # noqa: S101 - narrows the type
        if entry.workload_selector:
            selector = frozenset(entry.workload_selector.items())
            takes_names = entry.resolution in _LOOKED_UP
            key = entry.namespace, selector, written.name, written.target, takes_names
            if key not in self._of_entries:
                self._of_entries[key] = list(_once_each(self._selected(entry, port)))
            yield self._of_entries[key]
        elif entry.endpoints:
            yield list(
                _once_each(self._of_machine(endpoint, written) for endpoint in entry.endpoints)
            )
        elif entry.resolution in _DNS and not is_wildcard(host.host):
            yield [ServiceEndpoint(host.host, written.target, {}, None, takes_mtls=False)]

    def _of_machine(self, entry_endpoint: EntryEndpoint, port: EntryPort) -> ServiceEndpoint:
        number = entry_endpoint.ports.get(port.name) or port.target
        return self._at_number(entry_endpoint, number, entry_endpoint.labels)

    def _at_number(
        self, entry_endpoint: EntryEndpoint, number: int, labels: Mapping[str, str]
    ) -> ServiceEndpoint:
        mode = labels.get(TLS_MODE)
        takes = mode == "istio" if mode is not None else bool(entry_endpoint.service_account)
        pod = self.at(entry_endpoint.address)
        return ServiceEndpoint(entry_endpoint.address, number, labels, pod, takes_mtls=takes)

    def _of_selected(self, machine: WorkloadEntry, name: str, target: int) -> ServiceEndpoint:
        written = EntryEndpoint(machine, ("spec",), machine.data.get("spec"))
        return self._at_number(written, written.ports.get(name) or target, machine.pod_labels)

    def _machines_of(self, service: Service, port: HostPort) -> Iterator[ServiceEndpoint]:
        """Walk the machines behind a Service; one that lacks a port which is asked for by its name is none."""
        selected = (
            self._entries.find(service.selector, service.namespace) if service.selector else ()
        )
        for machine in selected:
            if not is_ip(machine.spec.text("address")):
                continue
            if isinstance(port.target, int):
                yield self._of_selected(machine, port.name, port.target)
            elif machine.spec.child("ports").number(port.target):
                yield self._of_selected(machine, port.target, port.number)

    def _selected(self, entry: ServiceEntry, port: HostPort) -> Iterator[ServiceEndpoint]:
        selector, written = entry.workload_selector, port.view
        assert isinstance(written, EntryPort)  # noqa: S101 - narrows the type
        for machine in self._entries.find(selector, entry.namespace):
            if is_ip(machine.spec.text("address")) or entry.resolution in _LOOKED_UP:
                yield self._of_selected(machine, written.name, written.target)
        for workload in self._workloads.endpoints_of(selector, entry.namespace):
            yield self._of_pod(
                workload, self._workloads.target_port(workload, port) or written.target
            )


def _once_each(found: Iterable[ServiceEndpoint]) -> Iterator[ServiceEndpoint]:
    """Walk endpoints, each pod once; a name that two objects give is asked for twice."""
    seen: set[tuple[str, int]] = set()
    for endpoint in found:
        place = endpoint.address, endpoint.port
        if endpoint.workload is None or place not in seen:
            seen.add(place)
            yield endpoint


def _by_name(ports: Sequence[HostPort]) -> Mapping[str, Sequence[HostPort]]:
    found: dict[str, list[HostPort]] = {}
    for port in ports:
        found.setdefault(port.name, []).append(port)
    return found
