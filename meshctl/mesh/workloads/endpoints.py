"""The pods that a subset of a Service picks, as far as the input tells."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from meshctl.istio.labels import HOSTNAME, REGION, SUBZONE, ZONE
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.selectors import selects
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.registry.workload_entries import WorkloadEntries
from meshctl.mesh.workloads.workloads import Workloads, is_generated_label
from meshctl.resources import Service, ServiceEntry, Workload, WorkloadEntry, WorkloadGroup
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.workloads.near_labels import NearLabels

_OF_NODES = frozenset({
    REGION, ZONE, SUBZONE,
    HOSTNAME,
})  # fmt: skip
"""Labels that endpoints take from the node of their pod, not from the pod (AugmentLabels,
pilot/pkg/serviceregistry/util/label, Istio 1.31)."""

POD_NAME = "statefulset.kubernetes.io/pod-name"
POD_INDEX = "apps.kubernetes.io/pod-index"
_WITHOUT_ORDINALS = frozenset({"Deployment", "DaemonSet", "ReplicaSet", "ReplicationController"})


class SubsetEndpoints:
    """Answers for the subsets of DestinationRules."""

    def __init__(
        self, inventory: Inventory, workloads: Workloads, machines: WorkloadEntries,
        replicas: Callable[[Workload], int | None],
    ) -> None:  # fmt: skip
        self._inventory = inventory
        self._workloads = workloads
        self._machines = machines
        self._replicas = replicas

    def shows_pods_of(self, host: RegisteredHost) -> bool:
        """Does the input show pods of a Service, and are pods all that can be behind it?"""
        return self._has_pods_alone(host) and bool(self._workloads.behind(host))

    def has_none(self, host: RegisteredHost) -> bool:
        """Is the input the whole mesh, without any pod for a Service that selects some?"""
        source = host.source
        return (
            self._inventory.is_whole
            and bool(_selector(host))
            and not (isinstance(source, Service) and source.external_name)
            and self.is_empty(host) is True
        )

    def picks(self, host: RegisteredHost, labels: Mapping[str, str]) -> bool | None:
        """Does a subset have an endpoint: a pod, a WorkloadEntry, or one that an entry lists?

        ``None`` is unknown: other endpoints may exist, or a WorkloadGroup makes some.
        """
        named = POD_NAME in labels or POD_INDEX in labels
        pods = self._workloads.of_subset(host, labels)
        if pods and not (named and all(self._has_no_pod(pod, labels) for pod in pods)):
            return True
        known = self._written(host)
        wanted = {key: text for key, text in labels.items() if key not in _OF_NODES}
        if any(selects(wanted, endpoint) for endpoint in known):
            return True
        if self._has_group(host):
            return None
        return False if known or self._workloads.behind(host) or self.has_none(host) else None

    def _has_no_pod(self, workload: Workload, labels: Mapping[str, str]) -> bool:
        """Has a workload surely no pod of a name or number, which its StatefulSet gives it?

        Pods of other controllers have neither label; a pod by itself shows its own.
        """
        if workload.kind == "Pod":
            return not selects(labels, workload.pod_labels)
        if workload.kind != "StatefulSet":
            return workload.kind in _WITHOUT_ORDINALS
        ordinals = self.ordinals(workload)
        if ordinals is None:
            return False
        numbers = {labels[key].rpartition("-")[2] for key in (POD_NAME, POD_INDEX) if key in labels}
        names = {labels[POD_NAME].rpartition("-")[0]} if POD_NAME in labels else {workload.name}
        return names != {workload.name} or not numbers <= {str(one) for one in ordinals}

    def ordinals(self, workload: Workload) -> range | None:
        """The numbers of the pods of a StatefulSet; ``None`` where there may be others."""
        count = self._replicas(workload)
        if workload.kind != "StatefulSet" or not count:
            return None
        start = workload.spec.child("ordinals").number("start") or 0
        return range(start, start + count)

    def lacks_label(self, host: RegisteredHost, key: str) -> bool:
        """Is it sure that no endpoint of a host has a label, whatever its value?

        Labels of nodes and those that controllers give a pod may be there all the same.
        """
        if key in _OF_NODES or is_generated_label(key) or self._has_group(host):
            return False
        known = [workload.pod_labels for workload in self._workloads.behind(host)] + self._written(
            host
        )
        return bool(known) and not any(key in labels for labels in known)

    def is_empty(self, host: RegisteredHost) -> bool | None:
        """Does nothing stand behind a host whose endpoints are selected or listed?

        ``None`` is unknown: they may be elsewhere. A ServiceEntry without a selector has those that
        it lists; with STATIC it asks no name server (pkg/serviceregistry/serviceentry, Istio 1.31).
        """
        if self._workloads.behind(host) or self._written(host) or self._has_group(host):
            return False
        if not _selector(host):
            source = host.source
            is_static = isinstance(source, ServiceEntry) and source.resolution == "STATIC"
            return True if is_static else None
        shown = host.namespace in self._namespaces_with_machines
        return True if self._inventory.is_whole or shown else None

    def nearly_selected(self, service: Service) -> Workload | None:
        """Find a workload that the selector of a Service means, where it picks nothing at all.

        It has the same keys with one value a little different, or the value under another key.
        """
        selector, home = service.selector, service.namespace
        if not selector or service.external_name or self._workloads.endpoints_of(selector, home):
            return None
        if self._machines.any(selector, home):
            return None
        return self._near_labels.first(selector, home)

    @cached_property
    def _near_labels(self) -> "NearLabels":
        from meshctl.mesh.workloads.near_labels import NearLabels  # noqa: PLC0415 - few Services pick nothing

        return NearLabels(self._workloads)

    def _written(self, host: RegisteredHost) -> list[Mapping[str, str]]:
        """The labels of the endpoints of a host that are no pods."""
        source, selector = host.source, _selector(host)
        if selector:
            found = self._machines.find(selector, source.namespace)
            return [one.pod_labels for one in found if isinstance(one, WorkloadEntry)]
        if isinstance(source, ServiceEntry):
            return [endpoint.labels for endpoint in source.endpoints]
        return []

    def _has_group(self, host: RegisteredHost) -> bool:
        selector = _selector(host)
        found = self._machines.find(selector, host.source.namespace) if selector else ()
        return any(isinstance(one, WorkloadGroup) for one in found)

    def is_on_no_node(self, labels: Mapping[str, str]) -> bool:
        """Do labels ask for a place in which none of the input's Nodes is?"""
        wanted = {key: text for key, text in labels.items() if key in _OF_NODES}
        if "" in wanted.values():
            return True  # istiod gives an endpoint no label for a place that a node leaves empty
        return bool(wanted and self._nodes) and not any(
            wanted.items() <= node.items() for node in self._nodes
        )

    def is_nowhere(self, locality: str) -> bool:
        """Do all of the input's Nodes say that they are in other localities (region/zone/subzone)?

        A part that is ``*`` or left out stands for any.
        """
        parts = zip((REGION, ZONE, SUBZONE), locality.split("/"), strict=False)
        wanted = {key: text for key, text in parts if text not in {"", "*"}}
        placed = [node for node in self._nodes if REGION in node]
        return bool(wanted and placed) and not any(
            wanted.items() <= node.items() for node in placed
        )

    @property
    def localities(self) -> list[str]:
        """The regions and zones of the input's Nodes."""
        return sorted({f"{node.get(REGION, '')}/{node.get(ZONE, '')}" for node in self._nodes})

    @cached_property
    def _nodes(self) -> list[dict[str, str]]:
        return [
            resource.labels | {HOSTNAME: resource.name}
            for resource in self._inventory.resources
            if resource.kind == "Node" and not resource.group
        ]

    def _has_pods_alone(self, host: RegisteredHost) -> bool:
        is_service = isinstance(host.source, Service)
        return is_service and host.namespace not in self._namespaces_with_machines

    @cached_property
    def _namespaces_with_machines(self) -> frozenset[str]:
        machines = (*self._inventory.of(WorkloadEntry), *self._inventory.of(WorkloadGroup))
        return frozenset(machine.namespace for machine in machines)


def _selector(host: RegisteredHost) -> Mapping[str, str]:
    source = host.source
    return source.selector if isinstance(source, Service) else source.workload_selector
