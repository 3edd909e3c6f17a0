"""The pods of the mesh and what reaches their proxies: one facade over this package."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from collections.abc import Sequence
from typing import TYPE_CHECKING

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.registry.facade import RegistryFacade
from meshctl.mesh.workloads.workloads import Heed, Workloads
from meshctl.resources import (
    EnvoyFilter,
    Namespace,
    NetworkPolicy,
    Ref,
    Sidecar,
    Telemetry,
    Workload,
)
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.workloads.container_ports import ContainerPorts
    from meshctl.mesh.workloads.endpoints import SubsetEndpoints
    from meshctl.mesh.workloads.envoy_filters import EnvoyFilters
    from meshctl.mesh.workloads.envoy_patches import VersionedPatches
    from meshctl.mesh.workloads.network_policies import NetworkPolicies
    from meshctl.mesh.workloads.policy_attachment import PolicyAttachments
    from meshctl.mesh.workloads.replicas import Replicas
    from meshctl.mesh.workloads.telemetry.effective_telemetry import EffectiveTelemetry
    from meshctl.mesh.workloads.telemetry.telemetry_entries import SameSignals
    from meshctl.mesh.workloads.telemetry.telemetry_providers import TelemetryProviders
    from meshctl.mesh.workloads.traffic_capture import WrittenProbes
    from meshctl.mesh.workloads.wide_ports import WidePorts


class WorkloadsFacade(Workloads):
    """The workloads, with what their proxies and ports are like."""

    def __init__(self, inventory: Inventory, registry: RegistryFacade, heed: Heed | None) -> None:
        super().__init__(
            inventory.of(Workload),
            inventory.of(Namespace),
            is_whole=inventory.is_whole,
            are_injected=inventory.by_hand is not None,
            heed=heed,
            knowledge=inventory.knowledge,
        )
        self._from_inventory = inventory
        self._from_registry = registry

    @cached_property
    def container_ports(self) -> "ContainerPorts":
        """Container ports and the Services in front of them."""
        from meshctl.mesh.workloads.container_ports import ContainerPorts

        return ContainerPorts(self._from_registry, self)

    def written_probes(self, workload: Workload, default: Ref | None) -> "WrittenProbes | None":
        """Find the probes that the kubelet sends to a sidecar as they are written.

        ``default`` is where the injector leaves them so, if it does.
        """
        from meshctl.mesh.workloads.membership import Membership
        from meshctl.mesh.workloads.traffic_capture import TrafficCapture, WrittenProbes

        capture = TrafficCapture(workload)
        switch = capture.rewriting_off(default)
        if switch is None or workload not in self:
            return None
        if self.membership(workload) is not Membership.SIDECAR:
            return None
        return WrittenProbes(tuple(capture.probes()), switch)

    @cached_property
    def endpoints(self) -> "SubsetEndpoints":
        """Pods behind Services and subsets."""
        from meshctl.mesh.workloads.endpoints import SubsetEndpoints

        machines = self._from_registry.workload_entries
        return SubsetEndpoints(self._from_inventory, self, machines, self._replicas_of)

    def _replicas_of(self, workload: Workload) -> int | None:
        return self.replicas.of(workload)

    @cached_property
    def replicas(self) -> "Replicas":
        """Numbers of pods."""
        from meshctl.mesh.workloads.replicas import Replicas

        return Replicas(self._from_inventory, self._from_registry, self, self.endpoints)

    @cached_property
    def network_policies(self) -> "NetworkPolicies":
        """What NetworkPolicies let in and out of pods."""
        from meshctl.mesh.workloads.network_policies import NetworkPolicies

        return NetworkPolicies(self._from_inventory.of(NetworkPolicy), self)

    def telemetries_for(
        self, several: Sequence[Telemetry], signals: frozenset[str]
    ) -> "SameSignals":
        """Choose those of a shared sequence that have one of some signals, once."""
        return self._with_signals.of(several, signals)

    @cached_property
    def _with_signals(
        self,
    ) -> "IdentityCache[Sequence[Telemetry], frozenset[str], SameSignals]":
        from meshctl.mesh.workloads.telemetry.telemetry_entries import with_signals

        return IdentityCache(with_signals)

    @cached_property
    def telemetries(self) -> "PolicyAttachments[Telemetry]":
        """Telemetries by the workloads they are for; those with targetRefs are not among them."""
        from meshctl.mesh.workloads.policy_attachment import PolicyAttachments

        return PolicyAttachments(
            self._from_inventory.of(Telemetry),
            lambda telemetry: None if telemetry.target_refs else telemetry.selector,
            self,
        )

    @cached_property
    def reports(self) -> "EffectiveTelemetry":
        """What proxies report because of all Telemetries."""
        from meshctl.mesh.core.extension_providers import ExtensionProviders
        from meshctl.mesh.workloads.telemetry.effective_telemetry import EffectiveTelemetry

        config = self._from_inventory.config
        return EffectiveTelemetry(
            self.telemetries, ExtensionProviders(config), config.root_namespace
        )

    @cached_property
    def telemetry_providers(self) -> "TelemetryProviders":
        """Providers that Telemetries get from others."""
        from meshctl.mesh.workloads.telemetry.telemetry_providers import TelemetryProviders

        return TelemetryProviders(
            self._from_inventory.of(Telemetry), self._from_inventory.config.root_namespace
        )

    @cached_property
    def sidecars(self) -> "PolicyAttachments[Sidecar]":
        """Sidecars by the workloads they are for."""
        from meshctl.mesh.workloads.policy_attachment import PolicyAttachments

        return PolicyAttachments(
            self._from_inventory.of(Sidecar), lambda sidecar: sidecar.workload_selector, self
        )

    @cached_property
    def envoy_filters(self) -> "EnvoyFilters":
        """EnvoyFilters by the proxies they reach."""
        from meshctl.mesh.workloads.envoy_filters import EnvoyFilters

        return EnvoyFilters(self._from_inventory.of(EnvoyFilter), self, self._from_inventory.config)

    @cached_property
    def versioned_patches(self) -> "VersionedPatches":
        """EnvoyFilter patches for some proxy versions alone."""
        from meshctl.mesh.workloads.envoy_patches import VersionedPatches

        return VersionedPatches(self._from_inventory.of(EnvoyFilter))

    @cached_property
    def wide_ports(self) -> "WidePorts":
        """ContainerPorts of ServiceEntries that take the traffic of others."""
        from meshctl.mesh.workloads.wide_ports import WidePorts

        return WidePorts(
            self._from_registry.service_entries,
            self._from_registry,
            self,
            self._from_inventory.config,
        )
