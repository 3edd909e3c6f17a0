"""WorkloadEntries and WorkloadGroups by label: machines outside Kubernetes."""

from collections.abc import Iterable, Mapping, Sequence

from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import LabelIndex
from meshctl.resources import WorkloadEntry, WorkloadGroup


class WorkloadEntries:
    """WorkloadEntries and the templates for them, by label."""

    def __init__(self, entries: Iterable[WorkloadEntry], groups: Iterable[WorkloadGroup]) -> None:
        self._index: LabelIndex[WorkloadEntry | WorkloadGroup] = LabelIndex()
        for entry in entries:
            self._index.add(entry.namespace, entry.pod_labels, entry)
        self._groups: dict[tuple[str, frozenset[tuple[str, str]]], list[WorkloadGroup]] = {}
        for group in sorted(groups, key=age):
            self._index.add(group.namespace, group.pod_labels, group)
            self._groups.setdefault(_kin(group), []).append(group)

    def find(
        self, selector: Mapping[str, str], namespace: str
    ) -> Sequence[WorkloadEntry | WorkloadGroup]:
        """List those of a namespace that a selector picks."""
        return self._index.find(selector, namespace)

    def any(self, selector: Mapping[str, str], namespace: str | None) -> bool:
        """Does a selector pick one, in a namespace or (``None``) anywhere?"""
        return bool(self._index.find(selector, namespace))

    def twin(self, group: WorkloadGroup) -> WorkloadGroup | None:
        """Find another group of the namespace that gives the same labels."""
        same = self._groups.get(_kin(group), ()) if group.pod_labels else ()
        return next((other for other in same if other is not group), None)


def _kin(group: WorkloadGroup) -> tuple[str, frozenset[tuple[str, str]]]:
    return group.namespace, frozenset(group.pod_labels.items())
