"""The pods that a subset of a Service picks, as far as the input tells."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from meshctl.mesh.registry.services import RegisteredHost
from meshctl.resources import Service, WorkloadEntry, WorkloadGroup
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh

_OF_NODES = frozenset({
    "topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone",
    "kubernetes.io/hostname",
})  # fmt: skip
"""Labels that endpoints take from the node of their pod, not from the pod (AugmentLabels,
pilot/pkg/serviceregistry/util/label, Istio 1.31)."""


class SubsetEndpoints:
    """Answers for the subsets of DestinationRules."""

    def __init__(self, mesh: "Mesh") -> None:
        self._mesh = mesh

    def shows_pods_of(self, host: RegisteredHost) -> bool:
        """Does the input show pods of a Service, and are pods all that can be behind it?"""
        return self._has_pods_alone(host) and bool(self._mesh.workloads.behind(host))

    def has_none(self, host: RegisteredHost) -> bool:
        """Is the input the whole mesh, without any pod for a Service that selects some?"""
        source = host.source
        return (
            self._mesh.is_whole
            and isinstance(source, Service)
            and bool(source.selector)
            and not source.external_name
            and self._has_pods_alone(host)
            and not self._mesh.workloads.behind(host)
        )

    def is_on_no_node(self, labels: Mapping[str, str]) -> bool:
        """Do labels ask for a place in which none of the input's Nodes is?"""
        wanted = {key: text for key, text in labels.items() if key in _OF_NODES}
        return bool(wanted and self._nodes) and not any(
            wanted.items() <= node.items() for node in self._nodes
        )

    @cached_property
    def _nodes(self) -> list[dict[str, str]]:
        return [
            resource.labels | {"kubernetes.io/hostname": resource.name}
            for resource in self._mesh.resources
            if resource.kind == "Node" and not resource.group
        ]

    def _has_pods_alone(self, host: RegisteredHost) -> bool:
        is_service = isinstance(host.source, Service)
        return is_service and host.namespace not in self._namespaces_with_machines

    @cached_property
    def _namespaces_with_machines(self) -> frozenset[str]:
        machines = (*self._mesh.of(WorkloadEntry), *self._mesh.of(WorkloadGroup))
        return frozenset(machine.namespace for machine in machines)
