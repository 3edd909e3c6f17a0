"""What Sidecars let proxies know: one facade over this package."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from typing import TYPE_CHECKING

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.registry.facade import RegistryFacade
from meshctl.mesh.sidecar_scope.scope import SidecarScopes
from meshctl.mesh.traffic.facade import TrafficFacade
from meshctl.mesh.workloads.facade import WorkloadsFacade
from meshctl.resources import ConfigMap
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.sidecar_scope.declared_callers import DeclaredCallers
    from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCalls
    from meshctl.mesh.sidecar_scope.http_1_0_calls import Http10Calls
    from meshctl.mesh.sidecar_scope.listener_ports import ListenerPorts
    from meshctl.mesh.sidecar_scope.lost_calls import LostCalls
    from meshctl.mesh.sidecar_scope.other_authorities import OtherAuthorities
    from meshctl.mesh.sidecar_scope.proxy_memory import ProxySizes


class SidecarScopeFacade(SidecarScopes):
    """The hosts that proxies know, and those that they need."""

    def __init__(
        self,
        inventory: Inventory,
        registry: RegistryFacade,
        workloads: WorkloadsFacade,
        traffic: TrafficFacade,
    ) -> None:
        super().__init__(
            workloads.sidecars, workloads, lambda: traffic.destinations, inventory.config
        )
        self._from_inventory = inventory
        self._from_registry = registry
        self._from_workloads = workloads
        self._from_traffic = traffic

    @cached_property
    def declared_calls(self) -> "DeclaredCalls":
        """The hosts that workloads call, as their settings say."""
        from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCalls

        return DeclaredCalls(
            self._from_inventory.of(ConfigMap), tuple(self._from_workloads), self._from_registry
        )

    @cached_property
    def declared_callers(self) -> "DeclaredCallers":
        """The workloads that call a workload, as their settings say."""
        from meshctl.mesh.sidecar_scope.declared_callers import DeclaredCallers

        return DeclaredCallers(self.declared_calls, self._from_workloads)

    @cached_property
    def listener_ports(self) -> "ListenerPorts":
        """Ports of the listeners that Sidecars write."""
        from meshctl.mesh.sidecar_scope.listener_ports import ListenerPorts

        return ListenerPorts(self._from_registry, self, self._from_workloads.container_ports)

    @cached_property
    def lost_calls(self) -> "LostCalls":
        """The calls that reach nobody by name."""
        from meshctl.mesh.sidecar_scope.lost_calls import LostCalls

        return LostCalls(
            self._from_inventory,
            self.declared_calls,
            self._from_registry,
            self._from_workloads,
            self,
        )

    @cached_property
    def http_1_0_calls(self) -> "Http10Calls":
        """The calls that Envoy answers with 426, by the ConfigMap that declares them."""
        from meshctl.mesh.sidecar_scope.http_1_0_calls import Http10Calls

        return Http10Calls(self._from_inventory, self.declared_calls, self._from_workloads)

    @cached_property
    def other_authorities(self) -> "OtherAuthorities":
        """The calls of nginx by a Host that the mesh doesn't know, by the ConfigMap that declares them."""
        from meshctl.mesh.sidecar_scope.other_authorities import OtherAuthorities

        return OtherAuthorities(
            self.declared_calls,
            self._from_workloads,
            self._from_registry,
            self._from_traffic.routes,
        )

    @cached_property
    def proxy_memory(self) -> "ProxySizes":
        """What proxies keep in memory."""
        from meshctl.mesh.sidecar_scope.proxy_memory import ProxySizes

        return ProxySizes(
            self,
            self.declared_calls,
            self._from_registry,
            self._from_workloads,
            self._from_workloads.replicas,
            self._from_inventory.config,
        )
