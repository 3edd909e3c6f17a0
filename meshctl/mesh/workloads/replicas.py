"""The number of pods that a workload or a host certainly has.

A number that is left out, or that an autoscaler changes, is unknown.
"""

from collections.abc import Sequence

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.workloads.endpoints import SubsetEndpoints
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Workload
from meshctl.resources.cached_property import cached_property

_AUTOSCALERS = frozenset({"HorizontalPodAutoscaler", "ScaledObject"})


class Replicas:
    """Pods by workload and by host."""

    def __init__(
        self,
        inventory: Inventory,
        registry: Registry,
        workloads: Workloads,
        endpoints: SubsetEndpoints,
    ) -> None:
        self._inventory = inventory
        self._registry = registry
        self._workloads = workloads
        self._endpoints = endpoints
        self._least = IdentityCache(self._count)

    def of(self, workload: Workload) -> int | None:
        """The number of pods that is written, ``None`` where it may be another one."""
        if self._inventory.may_lack(*_AUTOSCALERS):
            return None
        if (workload.namespace, workload.name) in self._scaled:
            return None
        return workload.spec.number("replicas")

    def at_least(self, workloads: Sequence[Workload]) -> int:
        """Count the pods of workloads, one where it is unknown; once for a sequence of the mesh."""
        return self._least.of(workloads)

    def _count(self, workloads: Sequence[Workload]) -> int:
        return sum(self.of(workload) or 1 for workload in workloads)

    def behind(self, host: str) -> int | None:
        """The number of pods behind a host, ``None`` when it is unknown."""
        declared = self._registry.at(host)
        if len(declared) != 1 or not self._endpoints.shows_pods_of(declared[0]):
            return None
        numbers = [self.of(workload) for workload in self._workloads.behind(declared[0])]
        known = [number for number in numbers if number is not None]
        return sum(known) if len(known) == len(numbers) else None

    @cached_property
    def _scaled(self) -> frozenset[tuple[str, str]]:
        """The workloads that autoscalers change."""
        return frozenset(
            (resource.namespace, resource.spec.child("scaleTargetRef").text("name"))
            for resource in self._inventory.resources
            if resource.kind in _AUTOSCALERS
        )
