"""Attaches policies to workloads: by selector, by namespace, or as a Gateway's target.

Mirrors ShouldAttachPolicy (pilot/pkg/model/policyattachment.go) and ListAuthorizationPolicies
(authorization.go there), Istio 1.31: those of the root namespace and of the workload's own count,
and a pod of a Gateway of the Gateway API follows ``targetRefs`` before any selector.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

from meshctl.istio.labels import GATEWAY_NAME
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import selects
from meshctl.resources import Policy, Workload

P = TypeVar("P", bound=Policy)


class AttachedPolicies(Generic[P]):
    """All policies of one kind by the workloads they hold for, found when first asked."""

    def __init__(self, policies: Iterable[P], root_namespace: str) -> None:
        self._root = root_namespace
        self._by_namespace: dict[str, list[P]] = {}
        for policy in sorted(policies, key=age):
            self._by_namespace.setdefault(policy.namespace, []).append(policy)
        self._found: dict[Workload, tuple[P, ...]] = {}

    def of(self, workload: Workload) -> tuple[P, ...]:
        """List those that hold for a workload, the root namespace's first, each group by age."""
        known = self._found.get(workload)
        if known is None:
            homes = dict.fromkeys((self._root, workload.namespace))
            every = (one for home in homes for one in self._by_namespace.get(home, ()))
            known = self._found[workload] = tuple(one for one in every if holds(one, workload))
        return known


def holds(policy: Policy, workload: Workload) -> bool:
    """Does a policy of the right namespace hold for a workload that is no waypoint?"""
    gateway = workload.pod_labels.get(GATEWAY_NAME)
    if gateway is not None and policy.target_refs:
        return policy.namespace == workload.namespace and any(
            ref.kind == "Gateway" and ref.name == gateway for ref in policy.target_refs
        )
    return not policy.target_refs and selects(policy.selector, workload.pod_labels)
