"""The services and workloads that istiod describes to ztunnel.

Mirrors ServicesCollection and WorkloadsCollection (pilot/pkg/serviceregistry/ambient/services.go,
workloads.go, Istio 1.31), of one cluster and network, without endpoints written as EndpointSlices.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from meshctl.istio.ambient import speaks_hbone
from meshctl.istio.labels import INGRESS_USE_WAYPOINT
from meshctl.istio.protocols import Protocol
from meshctl.mesh.ambient.waypoints import Binding, Waypoints
from meshctl.mesh.ambient.ztunnel_policies import ZtunnelPolicies
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import SelectorIndex
from meshctl.mesh.registry.services import RegisteredHost, Registry
from meshctl.mesh.workloads.membership import is_redirected
from meshctl.resources import (
    EntryEndpoint,
    Namespace,
    Resource,
    Service,
    ServiceEntry,
    View,
    Workload,
)
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views

_PROTOCOLS = {
    Protocol.HTTP: "HTTP11", Protocol.HTTP2: "HTTP2", Protocol.GRPC: "GRPC", Protocol.TLS: "TLS",
    Protocol.HTTPS: "TLS", Protocol.TCP: "TCP",
}  # fmt: skip
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_DNS = frozenset({"DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"})
_FINISHED = frozenset({"Succeeded", "Failed"})


@dataclass(frozen=True, slots=True, eq=False)
class ZtunnelService:
    """A host as ztunnel knows it: ``ports`` are (port, target or 0 for a name, protocol)."""

    host: RegisteredHost
    ports: tuple[tuple[int, int, str], ...]
    addresses: tuple[str, ...]
    binding: Binding
    ingress_label: bool | None
    """What ``istio.io/ingress-use-waypoint`` says; ``None`` without the label."""

    @property
    def key_name(self) -> str:
        """``namespace/host``."""
        return f"{self.host.namespace}/{self.host.host}"

    @property
    def by_ingress(self) -> bool:
        """Do ingress gateways send by the waypoint, too?"""
        return self.binding.bound is not None and self.ingress_label is True


@dataclass(frozen=True, slots=True, eq=False)
class ZtunnelWorkload:
    """A pod or endpoint as ztunnel knows it."""

    source: Resource
    name: str
    """``Pod/ns/name``, or ``networking.istio.io/ServiceEntry/ns/name/address``."""
    takes_hbone: bool
    is_native: bool
    """Does it speak HBONE by itself?"""
    binding: Binding
    policies: tuple[str, ...]
    """Keys of the policies that name it; those of its namespace and the mesh hold as well."""
    services: tuple[ZtunnelService, ...]
    service_account: str
    is_healthy: bool = True


class WorkloadApi:
    """Everything that ztunnel gets of workloads and services."""

    def __init__(
        self, registry: Registry, namespaces: Mapping[str, Namespace], waypoints: Waypoints,
        policies: ZtunnelPolicies,
    ) -> None:  # fmt: skip
        self._registry = registry
        self._namespaces = namespaces
        self._waypoints = waypoints
        self._policies = policies

    @cached_property
    def services(self) -> dict[str, ZtunnelService]:
        """All services by ``namespace/host``: a Service comes before ServiceEntries, old before new."""
        found: dict[str, ZtunnelService] = {}
        hosts = [
            registered_host for registered_host in self._registry if not _is_alias(registered_host)
        ]
        for host in sorted(hosts, key=lambda registered_host: age(registered_host.source)):
            key = f"{host.namespace}/{host.host}"
            if key not in found or isinstance(host.source, Service):
                found[key] = self._service(host)
        return found

    def services_of(self, namespace: str, labels: Mapping[str, str]) -> list[ZtunnelService]:
        """The services whose selector picks a workload of their namespace, by key."""
        index = self._selectors.get(namespace)
        found = index.find(labels) if index is not None else []
        return sorted(found, key=lambda service: service.key_name)

    def of_pod(self, workload: Workload) -> ZtunnelWorkload | None:
        """Describe a pod; ``None`` for what has finished or has no address yet.

        Of a controller it is told what its pods would be without an address.
        """
        if workload.kind == "Pod" and not _has_address(workload):
            return None
        labels, namespace = workload.pod_labels, workload.namespace
        native = speaks_hbone(labels)
        return ZtunnelWorkload(
            workload, f"Pod/{workload.key_name}",
            native or is_redirected(workload.pod_annotations), native,
            self._waypoints.of_pod(workload), self._policies.keys_for(namespace, labels),
            tuple(self.services_of(namespace, labels)), workload.service_account, _is_ready(workload),
        )  # fmt: skip

    def of_entry(self, entry: ServiceEntry) -> Iterator[ZtunnelWorkload]:
        """Walk the endpoints of a ServiceEntry; with DNS its hosts, where none are written."""
        services = [
            ztunnel_service for host in self._registry.of(entry)
            if (ztunnel_service := self.services.get(f"{host.namespace}/{host.host}")) is not None
            and ztunnel_service.host.source is entry
        ]  # fmt: skip
        if not services:
            return
        for endpoint in entry.endpoints:
            yield self._endpoint(entry, endpoint, endpoint.address, services)
        if entry.resolution in _DNS and not entry.endpoints and not entry.workload_selector:
            for service in services:
                yield self._endpoint(entry, None, service.host.host, [service])

    def _endpoint(
        self, entry: ServiceEntry, endpoint: EntryEndpoint | None, address: str,
        services: Sequence[ZtunnelService],
    ) -> ZtunnelWorkload:  # fmt: skip
        native = speaks_hbone(entry.labels)
        binding = Binding()
        if endpoint is not None:
            binding = self._waypoints.of_endpoint(endpoint.labels, entry)
        return ZtunnelWorkload(
            entry, f"networking.istio.io/ServiceEntry/{entry.key_name}/{address}",
            native or is_redirected(entry.annotations), native, binding,
            self._policies.keys_for(entry.namespace, entry.labels), tuple(services),
            endpoint.service_account if endpoint is not None else "",
        )  # fmt: skip

    @cached_property
    def _selectors(self) -> dict[str, SelectorIndex[ZtunnelService]]:
        found: dict[str, SelectorIndex[ZtunnelService]] = {}
        for service in self.services.values():
            source = service.host.source
            selector = source.selector if isinstance(source, Service) else source.workload_selector
            if selector:
                found.setdefault(source.namespace, SelectorIndex()).add(selector, service)
        return found

    def _service(self, host: RegisteredHost) -> ZtunnelService:
        source = host.source
        ports = tuple(
            (
                port.number,
                port.target if isinstance(port.target, int) else 0,
                _PROTOCOLS.get(port.protocol, "UNKNOWN"),
            )
            for port in host.ports
        )
        return ZtunnelService(
            host, ports, _addresses(host), self._waypoints.of_service(source),
            self.ingress_label(source),
        )  # fmt: skip

    def ingress_label(self, source: Resource) -> bool | None:
        """The label of the object decides, else that of its namespace; no boolean reads as false."""
        namespace = self._namespaces.get(source.namespace)
        of_namespace = namespace.labels if namespace is not None else {}
        text = source.labels.get(INGRESS_USE_WAYPOINT, of_namespace.get(INGRESS_USE_WAYPOINT))
        return None if text is None else text in _TRUE


def _is_alias(host: RegisteredHost) -> bool:
    return isinstance(host.source, Service) and host.source.type == "ExternalName"


def _has_address(pod: Workload) -> bool:
    status = pod.child("status")
    has_address = bool(status.text("podIP")) or any(True for _ in status.items("podIPs"))
    return has_address and status.text("phase") not in _FINISHED


def _is_ready(workload: Workload) -> bool:
    if workload.kind != "Pod":
        return True
    if workload.metadata.get("deletionTimestamp"):
        return False
    conditions = views(workload.child("status"), "conditions", View)
    ready = next((condition for condition in conditions if condition.text("type") == "Ready"), None)
    return ready is not None and ready.text("status") == "True"


def _addresses(host: RegisteredHost) -> tuple[str, ...]:
    source = host.source
    if isinstance(source, ServiceEntry):
        if source.addresses or source.resolution == "NONE":
            return source.addresses
        allocated = views(source.child("status"), "addresses", View)
        return tuple(view.text("value") for view in allocated if view.text("host") == host.host)
    written = source.spec.texts("clusterIPs") or (source.spec.text("clusterIP"),)
    return tuple(one for one in written if one not in {"", "None"})
