"""The hosts, identities and secrets of the mesh: one facade over this package."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from meshctl.istio.labels import SERVICE_OF_SLICE
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.selectors import LabelIndex
from meshctl.mesh.registry.services import HostPort, RegisteredHost, Registry
from meshctl.resources import (
    GatewayClass,
    KubernetesGateway,
    ListenerSet,
    Ref,
    Service,
    ServiceEntry,
    View,
    WorkloadEntry,
    WorkloadGroup,
)
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views

if TYPE_CHECKING:
    from meshctl.mesh.registry.machine_hosts import MachineHosts
    from meshctl.mesh.registry.provider_services import ProviderServices
    from meshctl.mesh.registry.secrets import Secrets
    from meshctl.mesh.registry.service_accounts import ServiceAccounts
    from meshctl.mesh.registry.service_entries import ServiceEntries
    from meshctl.mesh.registry.workload_entries import WorkloadEntries
    from meshctl.resources import GeneratedService


DECLARING_KINDS = ("Service", "ServiceEntry", "Gateway")
"""The kinds whose objects declare hosts; istiod makes Services for Gateways of the Gateway API."""


class RegistryFacade(Registry):
    """The registered hosts, with everything else that is found by name."""

    def __init__(self, inventory: Inventory) -> None:
        self._from_inventory = inventory
        self._made = self._generated()
        self.services = (*inventory.of(Service), *self._made)
        """All Services, those too that istiod makes."""
        super().__init__(self.services, inventory.of(ServiceEntry), inventory.config)
        self._tls_ports: dict[str, list[tuple[RegisteredHost, HostPort]]] = {}

    def _generated(self) -> "Sequence[GeneratedService]":
        """Make the Services of Gateways of the Gateway API."""
        inventory = self._from_inventory
        gateways = inventory.of(KubernetesGateway)
        if not gateways:
            return ()
        from meshctl.mesh.registry.gateway_services import generated_services

        written = frozenset(service.key_name for service in inventory.of(Service))
        sets, classes = inventory.of(ListenerSet), inventory.of(GatewayClass)
        return tuple(generated_services(gateways, sets, classes, written))

    def tls_ports(self, host: str) -> Sequence[tuple[RegisteredHost, HostPort]]:
        """List the ports that speak TLS of all that declares a host; found once for each host."""
        if host not in self._tls_ports:
            self._tls_ports[host] = [
                (declared, port)
                for declared in self.at(host)
                for port in declared.ports
                if port.protocol.is_tls
            ]
        return self._tls_ports[host]

    def has_other_pods(self, selector: Mapping[str, str], namespace: str | None) -> bool:
        """Does a selector pick what is no workload here, in a namespace or (``None``) anywhere?

        These are WorkloadEntries, and the pods that istiod makes for Gateways of the Gateway API.
        """
        is_machine = self.workload_entries.any(selector, namespace)
        return is_machine or bool(self._made_pods.find(selector, namespace))

    @cached_property
    def _made_pods(self) -> LabelIndex["GeneratedService"]:
        """The Services that istiod makes, by the labels of their pods."""
        index: LabelIndex[GeneratedService] = LabelIndex()
        for made in self._made:
            index.add(made.namespace, made.pod_labels, made)
        return index

    def has_written_endpoints(self, service: Service) -> bool:
        """Does an object of the input list the endpoints of a Service?"""
        return (service.namespace, service.name) in self._with_endpoints

    def written_port_names(self, service: Service) -> Mapping[str, Ref]:
        """Name the ports of the endpoints that objects of the input list for a Service, with their places."""
        return self._port_names.get((service.namespace, service.name), {})

    @cached_property
    def _port_names(self) -> dict[tuple[str, str], dict[str, Ref]]:
        found: dict[tuple[str, str], dict[str, Ref]] = {}
        for resource in self._from_inventory.resources:
            if resource.kind == "EndpointSlice":
                name, written = (
                    resource.labels.get(SERVICE_OF_SLICE, ""),
                    [View(resource, (), resource.data)],
                )
            elif resource.kind == "Endpoints":
                name, written = resource.name, list(views(resource, "subsets", View))
            else:
                continue
            ports = found.setdefault((resource.namespace, name), {})
            for view in written:
                for port in views(view, "ports", View):
                    ports.setdefault(port.text("name"), port.at("name"))
        return found

    @cached_property
    def _with_endpoints(self) -> frozenset[tuple[str, str]]:
        found = set()
        for resource in self._from_inventory.resources:
            if resource.kind == "EndpointSlice":
                found.add((resource.namespace, resource.labels.get(SERVICE_OF_SLICE, "")))
            elif resource.kind == "Endpoints":
                found.add((resource.namespace, resource.name))
        return frozenset(found)

    @cached_property
    def machine_hosts(self) -> "MachineHosts":
        """Hosts in front of machines outside Kubernetes."""
        from meshctl.mesh.registry.machine_hosts import MachineHosts

        return MachineHosts(self)

    @cached_property
    def service_entries(self) -> "ServiceEntries":
        """ServiceEntries that declare the same."""
        from meshctl.mesh.registry.service_entries import ServiceEntries

        return ServiceEntries(self._from_inventory.of(ServiceEntry), self._from_inventory.config)

    @cached_property
    def provider_services(self) -> "ProviderServices":
        """Services behind extension providers."""
        from meshctl.mesh.registry.provider_services import ProviderServices

        return ProviderServices(self, self._from_inventory.knows)

    @cached_property
    def secrets(self) -> "Secrets":
        """Secrets by name."""
        from meshctl.mesh.registry.secrets import Secrets

        return Secrets(self._from_inventory.resources)

    @cached_property
    def service_accounts(self) -> "ServiceAccounts":
        """Service accounts and trust domains."""
        from meshctl.mesh.registry.service_accounts import ServiceAccounts

        return ServiceAccounts(
            self._from_inventory.resources,
            self._from_inventory.config,
            self._from_inventory.knows,
        )

    @cached_property
    def workload_entries(self) -> "WorkloadEntries":
        """WorkloadEntries outside Kubernetes."""
        from meshctl.mesh.registry.workload_entries import WorkloadEntries

        return WorkloadEntries(
            self._from_inventory.of(WorkloadEntry), self._from_inventory.of(WorkloadGroup)
        )
