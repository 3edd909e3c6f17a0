"""AuthorizationPolicies by the workloads they guard.

A policy of the root namespace reaches all namespaces, with or without a selector
(ListAuthorizationPolicies, pilot/pkg/model/authorization.go, Istio 1.31).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import IdentityCache, SelectorIndex
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import AuthorizationPolicy, Policy, Telemetry, Workload
from meshctl.resources.cached_property import cached_property

T = TypeVar("T")
_Selection = tuple[str | None, frozenset[tuple[str, str]]]
"""A namespace, or all, and a selector."""


class Authorization:
    """All AuthorizationPolicies by the workloads they guard."""

    def __init__(
        self, policies: Iterable[AuthorizationPolicy], workloads: Workloads, config: MeshConfig
    ) -> None:
        self._policies = sorted(policies, key=age)
        self._workloads = workloads
        self._root = config.root_namespace
        # Many policies of a namespace select the same, mostly everything.
        self._picked: dict[_Selection, list[Workload]] = {}
        self._reached: dict[_Selection, list[Workload]] = {}
        self._memberships: dict[_Selection, frozenset[Membership]] = {}
        self._joined: dict[
            tuple[int, ...], tuple[Sequence[object], Sequence[AuthorizationPolicy]]
        ] = {}
        self._opened = IdentityCache(_open_something)
        self._asked: dict[tuple[object, _Selection], list[tuple[Workload, tuple[Any, ...]]]] = {}

    def is_mesh_wide(self, policy: Policy) -> bool:
        """Does a policy, being in the root namespace, reach all namespaces?"""
        return policy.namespace == self._root

    def is_wide_by_labels(self, policy: Policy) -> bool:
        """Does its selector pick workloads of all namespaces? That of a Telemetry never does."""
        return (
            self.is_mesh_wide(policy)
            and bool(policy.selector)
            and not isinstance(policy, Telemetry)
        )

    def _key(self, policy: Policy) -> _Selection:
        home = None if self.is_mesh_wide(policy) else policy.namespace
        return home, frozenset(policy.selector.items())

    def picked(self, policy: Policy) -> list[Workload]:
        """The workloads, in the mesh or not, that a policy without targetRefs selects."""
        key = self._key(policy)
        known = self._picked.get(key)
        if known is None:
            known = sorted(self._workloads.find(policy.selector, key[0]), key=age)
            self._picked[key] = known
        return known

    def reached(self, policy: Policy) -> list[Workload]:
        """The selected workloads that take part in the mesh, or may."""
        key = self._key(policy)
        known = self._reached.get(key)
        if known is None:
            membership = self._workloads.membership
            picked = self.picked(policy)
            known = [workload for workload in picked if membership(workload) is not Membership.NONE]
            self._reached[key] = known
        return known

    def takes_part(self, workload: Workload) -> bool:
        """Is it one of those that policies reach: listed, and in the mesh or maybe so?"""
        listed = workload in self._workloads
        return listed and self._workloads.membership(workload) is not Membership.NONE

    def memberships(self, policy: Policy) -> frozenset[Membership]:
        """How the workloads that a policy reaches take part; asked once for each selector."""
        key = self._key(policy)
        if key not in self._memberships:
            found = map(self._workloads.membership, self.reached(policy))
            self._memberships[key] = frozenset(found)
        return self._memberships[key]

    def asked(
        self, policy: Policy, ask: Callable[[Workload], Iterable[T]]
    ) -> Sequence[tuple[Workload, tuple[T, ...]]]:
        """Ask a question (a method of the mesh) about each workload that a policy reaches.

        Gives those with an answer; it is asked once for all policies that select the same.
        """
        key = ask, self._key(policy)
        known = self._asked.get(key)
        if known is None:
            answers = ((workload, tuple(ask(workload))) for workload in self.reached(policy))
            known = self._asked[key] = [answer for answer in answers if answer[1]]
        return known

    def of(self, workload: Workload) -> Sequence[AuthorizationPolicy]:
        """The policies whose selector picks a workload, by age.

        Workloads that the same policies pick share one sequence.
        """
        if workload not in self._workloads:
            return ()
        labels = workload.pod_labels
        homes = dict.fromkeys((self._root, workload.namespace))
        found = [self._selecting[home].find(labels) for home in homes if home in self._selecting]
        several = [one for one in found if one]
        if len(several) <= 1:
            return several[0] if several else ()
        mesh, own = several
        return self._shared((id(mesh), id(own)), several, lambda: sorted((*mesh, *own), key=age))

    def guarding(self, workload: Workload) -> Sequence[AuthorizationPolicy]:
        """All policies that hold for a workload: of the mesh, of its namespace and its own.

        Workloads of a namespace that the same policies pick share one sequence.
        """
        homes = dict.fromkeys((self._root, workload.namespace))
        wide = [policy for policy in map(self._wide.get, homes) if policy]
        own = self.of(workload)
        if not wide:
            return own
        key = *map(id, wide), id(own)
        return self._shared(
            key,
            [*wide, own],
            lambda: [
                authorization_policy for each in (*wide, own) for authorization_policy in each
            ],
        )

    def _shared(
        self, key: tuple[int, ...], parts: Sequence[object],
        join: Callable[[], Iterable[AuthorizationPolicy]],
    ) -> Sequence[AuthorizationPolicy]:  # fmt: skip
        """Join sequences once; they are kept, so that nothing else gets their ids."""
        if key not in self._joined:
            self._joined[key] = parts, tuple(join())
        return self._joined[key][1]

    def is_opened(self, workload: Workload) -> bool:
        """Does an ALLOW policy with rules hold for a workload?"""
        return self._opened.of(self.guarding(workload))

    @cached_property
    def opens_anything(self) -> bool:
        """Has the input an ALLOW policy with rules at all?"""
        return _open_something(self._policies)

    @cached_property
    def _wide(self) -> dict[str, list[AuthorizationPolicy]]:
        found: dict[str, list[AuthorizationPolicy]] = {}
        for policy in self._policies:
            if policy.is_namespace_wide:
                found.setdefault(policy.namespace, []).append(policy)
        return found

    def covers_namespace(self, namespace: str) -> bool:
        """Is there a policy for every workload of a namespace?"""
        return namespace in self._wide or self._root in self._wide

    @cached_property
    def _selecting(self) -> dict[str, SelectorIndex[AuthorizationPolicy]]:
        found: dict[str, SelectorIndex[AuthorizationPolicy]] = {}
        for policy in self._policies:
            if policy.selector:
                found.setdefault(policy.namespace, SelectorIndex()).add(policy.selector, policy)
        return found


def _open_something(policies: Sequence[AuthorizationPolicy]) -> bool:
    return any(policy.action == "ALLOW" and policy.spec.data.get("rules") for policy in policies)
