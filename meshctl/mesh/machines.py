"""Which machines outside Kubernetes does a selector pick?"""

from collections.abc import Iterable, Mapping

from meshctl.mesh.selectors import LabelIndex
from meshctl.resources import WorkloadEntry, WorkloadGroup


class Machines:
    """WorkloadEntries and the templates for them, by label."""

    def __init__(self, entries: Iterable[WorkloadEntry], groups: Iterable[WorkloadGroup]) -> None:
        self._index: LabelIndex[WorkloadEntry | WorkloadGroup] = LabelIndex()
        for entry in entries:
            self._index.add(entry.namespace, entry.spec.labels_of("labels"), entry)
        for group in groups:
            self._index.add(group.namespace, group.pod_labels, group)

    def any(self, selector: Mapping[str, str], namespace: str | None) -> bool:
        """Does a selector pick one, in a namespace or (``None``) anywhere?"""
        return bool(self._index.find(selector, namespace))
