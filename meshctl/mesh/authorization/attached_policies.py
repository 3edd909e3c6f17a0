"""Attaches policies to workloads: by selector, by namespace, or as a Gateway's target.

Mirrors ShouldAttachPolicy (pilot/pkg/model/policyattachment.go) and ListAuthorizationPolicies
(authorization.go there), Istio 1.31: those of the root namespace and of the workload's own count,
and a pod of a Gateway of the Gateway API follows ``targetRefs`` before any selector.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

from meshctl.istio.labels import GATEWAY_NAME
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import SelectorIndex
from meshctl.resources import Policy, Workload

P = TypeVar("P", bound=Policy)


class AttachedPolicies(Generic[P]):
    """All policies of one kind by the workloads they hold for, found when first asked."""

    def __init__(self, policies: Iterable[P], root_namespace: str) -> None:
        self._root = root_namespace
        self._by_namespace: dict[str, _OfNamespace[P]] = {}
        for policy in sorted(policies, key=age):
            home = policy.namespace
            self._by_namespace.setdefault(home, _OfNamespace(home)).add(policy)
        self._found: dict[Workload, tuple[P, ...]] = {}
        self._shared: dict[tuple[int, ...], tuple[P, ...]] = {}

    def of(self, workload: Workload) -> tuple[P, ...]:
        """List those that hold for a workload, the root namespace's first, each group by age.

        Workloads for which the same policies hold get the very same tuple.
        """
        known = self._found.get(workload)
        if known is None:
            homes = dict.fromkeys((self._root, workload.namespace))
            indexes = (self._by_namespace[home] for home in homes if home in self._by_namespace)
            found = tuple(index.find(workload) for index in indexes)
            key = tuple(map(id, found))  # the indexes keep what they find
            if key not in self._shared:
                self._shared[key] = sum(found, ())
            known = self._found[workload] = self._shared[key]
        return known


class _OfNamespace(Generic[P]):
    """The policies of one namespace: for all its workloads, by selector, and by Gateway."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._filed: list[P] = []
        self._for_all: list[int] = []
        self._selected: SelectorIndex[int] = SelectorIndex()
        self._by_gateway: dict[str | None, list[int]] = {}
        self._known: dict[tuple[int, int], tuple[object, tuple[P, ...]]] = {}
        self._merged: dict[tuple[int, ...], tuple[P, ...]] = {}

    def add(self, policy: P) -> None:
        number = len(self._filed)
        self._filed.append(policy)
        gateways = {ref.name for ref in policy.target_refs if ref.kind == "Gateway"}
        for name in gateways:
            self._by_gateway.setdefault(name, []).append(number)
        if not policy.target_refs and policy.selector:
            self._selected.add(policy.selector, number)
        elif not policy.target_refs:
            self._for_all.append(number)

    def find(self, workload: Workload) -> tuple[P, ...]:
        labels = workload.pod_labels
        selected = self._selected.find(labels)
        is_home = workload.namespace == self._namespace
        attached = self._by_gateway.get(labels.get(GATEWAY_NAME)) if is_home else None
        key = id(selected), id(attached)
        known = self._known.get(key)
        if known is None:
            found = self._merge({*selected, *(attached or ())})
            known = self._known[key] = selected, found
        return known[1]

    def _merge(self, chosen: set[int]) -> tuple[P, ...]:
        key = tuple(sorted(chosen))
        known = self._merged.get(key)
        if known is None:
            numbers = sorted(chosen.union(self._for_all))
            known = self._merged[key] = tuple(self._filed[number] for number in numbers)
        return known
