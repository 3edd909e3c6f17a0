"""The number of pods that a workload or a host certainly has.

A number that is left out, or that an autoscaler changes, is unknown.
"""

from typing import TYPE_CHECKING

from meshctl.resources import Workload
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh

_AUTOSCALERS = frozenset({"HorizontalPodAutoscaler", "ScaledObject"})


class Replicas:
    """Pods by workload and by host."""

    def __init__(self, mesh: "Mesh") -> None:
        self._mesh = mesh

    def of(self, workload: Workload) -> int | None:
        """The number of pods that is written, ``None`` where it may be another one."""
        if self._mesh.may_lack(*_AUTOSCALERS):
            return None
        if (workload.namespace, workload.name) in self._scaled:
            return None
        return workload.spec.number("replicas")

    def behind(self, host: str) -> int | None:
        """The number of pods behind a host, ``None`` when it is unknown."""
        declared = self._mesh.registry.at(host)
        if len(declared) != 1 or not self._mesh.subset_endpoints.shows_pods_of(declared[0]):
            return None
        numbers = [self.of(workload) for workload in self._mesh.workloads.behind(declared[0])]
        known = [number for number in numbers if number is not None]
        return sum(known) if len(known) == len(numbers) else None

    @cached_property
    def _scaled(self) -> frozenset[tuple[str, str]]:
        """The workloads that autoscalers change."""
        return frozenset(
            (resource.namespace, resource.spec.child("scaleTargetRef").text("name"))
            for resource in self._mesh.resources
            if resource.kind in _AUTOSCALERS
        )
