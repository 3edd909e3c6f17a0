"""Which pods does a subset of a Service pick, and does the input tell?"""

from collections.abc import Mapping

from meshctl.istio.labels import HOSTNAME, REGION, SUBZONE, ZONE
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Service, WorkloadEntry, WorkloadGroup
from meshctl.resources.cached_property import cached_property

_OF_NODES = frozenset({
    REGION, ZONE, SUBZONE,
    HOSTNAME,
})  # fmt: skip
"""Labels that endpoints take from the node of their pod, not from the pod (AugmentLabels,
pilot/pkg/serviceregistry/util/label, Istio 1.31)."""


class SubsetEndpoints:
    """Answers for the subsets of DestinationRules."""

    def __init__(self, inventory: Inventory, workloads: Workloads) -> None:
        self._inventory = inventory
        self._workloads = workloads

    def shows_pods_of(self, host: RegisteredHost) -> bool:
        """Does the input show pods of a Service, and are pods all that can be behind it?"""
        return self._has_pods_alone(host) and bool(self._workloads.behind(host))

    def has_none(self, host: RegisteredHost) -> bool:
        """Is the input the whole mesh, without any pod for a Service that selects some?"""
        source = host.source
        return (
            self._inventory.is_whole
            and isinstance(source, Service)
            and bool(source.selector)
            and not source.external_name
            and self._has_pods_alone(host)
            and not self._workloads.behind(host)
        )

    def is_on_no_node(self, labels: Mapping[str, str]) -> bool:
        """Do labels ask for a place in which none of the input's Nodes is?"""
        wanted = {key: text for key, text in labels.items() if key in _OF_NODES}
        if "" in wanted.values():
            return True  # istiod gives an endpoint no label for a place that a node leaves empty
        return bool(wanted and self._nodes) and not any(
            wanted.items() <= node.items() for node in self._nodes
        )

    @cached_property
    def _nodes(self) -> list[dict[str, str]]:
        return [
            one.labels | {HOSTNAME: one.name}
            for one in self._inventory.resources
            if one.kind == "Node" and not one.group
        ]

    def _has_pods_alone(self, host: RegisteredHost) -> bool:
        is_service = isinstance(host.source, Service)
        return is_service and host.namespace not in self._namespaces_with_machines

    @cached_property
    def _namespaces_with_machines(self) -> frozenset[str]:
        machines = (*self._inventory.of(WorkloadEntry), *self._inventory.of(WorkloadGroup))
        return frozenset(machine.namespace for machine in machines)
