"""The hosts, identities and secrets of the mesh: one facade over this package."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from typing import TYPE_CHECKING

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.registry.services import Registry
from meshctl.resources import Service, ServiceEntry, WorkloadEntry, WorkloadGroup
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.registry.provider_services import ProviderServices
    from meshctl.mesh.registry.secrets import Secrets
    from meshctl.mesh.registry.service_accounts import ServiceAccounts
    from meshctl.mesh.registry.service_entries import ServiceEntries
    from meshctl.mesh.registry.workload_entries import WorkloadEntries


class RegistryFacade(Registry):
    """The registered hosts, with everything else that is found by name."""

    def __init__(self, inventory: Inventory) -> None:
        super().__init__(inventory.of(Service), inventory.of(ServiceEntry), inventory.config)
        self._from_inventory = inventory

    @cached_property
    def namespaces_with_services(self) -> frozenset[str]:
        """Namespaces whose Services the input has, so that a missing one is absent."""
        may_be_all = self._from_inventory.knowledge.may_show_all_of
        homes = super().namespaces_with_services
        return frozenset(home for home in homes if may_be_all(home, "Service"))

    @cached_property
    def service_entries(self) -> "ServiceEntries":
        """ServiceEntries that declare the same."""
        from meshctl.mesh.registry.service_entries import ServiceEntries

        return ServiceEntries(self._from_inventory.of(ServiceEntry), self._from_inventory.config)

    @cached_property
    def provider_services(self) -> "ProviderServices":
        """Services behind extension providers."""
        from meshctl.mesh.registry.provider_services import ProviderServices

        return ProviderServices(self, is_whole=self._from_inventory.is_whole)

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
            is_whole=self._from_inventory.is_whole,
            knowledge=self._from_inventory.knowledge,
        )

    @cached_property
    def workload_entries(self) -> "WorkloadEntries":
        """WorkloadEntries outside Kubernetes."""
        from meshctl.mesh.registry.workload_entries import WorkloadEntries

        return WorkloadEntries(
            self._from_inventory.of(WorkloadEntry), self._from_inventory.of(WorkloadGroup)
        )
