"""Workloads that have all labels of a selector but one, which they write a little differently."""

from collections.abc import Iterator, Mapping, Sequence

from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Workload
from meshctl.spelling import CloseNames

_CLOSE = 0.8
"""How alike two values are that mean the same; ``cart`` and ``carts`` are 0.89."""


class NearLabels:
    """Answers for selectors; workloads are read once for all that share the rest of a selector."""

    def __init__(self, workloads: Workloads) -> None:
        self._workloads = workloads
        self._labels = IdentityCache(_Labels)
        self._places = IdentityCache(_places)

    def first(self, selector: Mapping[str, str], namespace: str) -> Workload | None:
        """Find the first workload of a namespace that a selector nearly picks.

        It has the same keys with one value a little different, or the value under another key.
        """
        found = [
            near
            for key, text in selector.items()
            for near in self._labels.of(self._with_all_but(key, selector, namespace)).near(
                key, text
            )
        ]
        places = self._places.of(self._workloads.find({}, namespace)) if found else {}
        return min(found, key=places.__getitem__, default=None)

    def _with_all_but(
        self, key: str, selector: Mapping[str, str], namespace: str
    ) -> Sequence[Workload]:
        others = {other: text for other, text in selector.items() if other != key}
        return self._workloads.find(others, namespace)


class _Labels:
    """The labels of some workloads: the first that has each value, under a key or under any."""

    def __init__(self, workloads: Sequence[Workload]) -> None:
        self._by_key: dict[str, dict[str, Workload]] = {}
        self._by_value: dict[str, list[Workload]] = {}
        self._close: dict[str, CloseNames] = {}
        for workload in workloads:
            for key, text in workload.pod_labels.items():
                self._by_key.setdefault(key, {}).setdefault(text, workload)
                self._by_value.setdefault(text, []).append(workload)

    def near(self, key: str, text: str) -> Iterator[Workload]:
        """Walk the first workload of each close value of a key, and the first that has the value under another one."""
        own = self._by_key.get(key, {})
        if key not in self._close:
            self._close[key] = CloseNames(own)
        yield from (own[close] for close in self._close[key].all(text, _CLOSE) if close != text)
        others = self._by_value.get(text, ())
        yield from [workload for workload in others if key not in workload.pod_labels][:1]


def _places(workloads: Sequence[Workload]) -> dict[Workload, int]:
    return {workload: place for place, workload in enumerate(workloads)}
