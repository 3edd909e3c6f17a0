"""Policies of action CUSTOM that ask several providers at one proxy.

istiod asks one provider a proxy, or a Service of a waypoint, unless it has a variable for more
(buildHTTP, pilot/pkg/security/authz/builder/builder.go, Istio 1.31). Policies meet by workload, and by
what their ``targetRefs`` name: a policy for a waypoint is for its Services too.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.resources import AuthorizationPolicy, TargetRef, Workload
from meshctl.resources.cached_property import cached_property

_Target = tuple[str, str, str]


class CustomRivals:
    """Answers for policies of action CUSTOM."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._distinct = IdentityCache(self._distinct_at)
        self._firsts = IdentityCache(_first_of_each)

    def of(self, policy: AuthorizationPolicy) -> tuple[str, AuthorizationPolicy] | None:
        """Find another policy that asks somebody else, and name where both hold."""
        own = _provider(policy)
        for where, other in chain(self._at_workloads(policy), self._at_targets(policy)):
            if other.action == "CUSTOM" and _provider(other) != own:
                return where, other
        return None

    def _at_workloads(
        self, policy: AuthorizationPolicy
    ) -> Iterator[tuple[str, AuthorizationPolicy]]:
        reached = self._parts.security.authorization.reached(policy)
        for workload, policies in self._distinct.of(reached):
            for other in self._firsts.of(policies):
                yield workload.title, other

    def _distinct_at(
        self, workloads: Sequence[Workload]
    ) -> list[tuple[Workload, Sequence[AuthorizationPolicy]]]:
        """List the policies that hold for some workloads, once for those with the same ones."""
        found: dict[int, tuple[Workload, Sequence[AuthorizationPolicy]]] = {}
        for workload in workloads:
            policies = self._parts.decisions.policies_of(workload)
            found.setdefault(id(policies), (workload, policies))
        return [*found.values()]

    def _at_targets(self, policy: AuthorizationPolicy) -> Iterator[tuple[str, AuthorizationPolicy]]:
        for target in policy.target_refs:
            for key in self._keys(policy, target):
                kind, namespace, name = key
                for other in self._by_target.get(key, ()):
                    yield f"{kind} {namespace}/{name}", other

    @cached_property
    def _by_target(self) -> dict[_Target, list[AuthorizationPolicy]]:
        found: dict[_Target, list[AuthorizationPolicy]] = {}
        for policy in self._parts.of(AuthorizationPolicy):
            if policy.action == "CUSTOM":
                for target in policy.target_refs:
                    for key in self._keys(policy, target):
                        found.setdefault(key, []).append(policy)
        return found

    def _keys(self, policy: AuthorizationPolicy, target: TargetRef) -> Iterator[_Target]:
        """Walk what a target stands for: itself, and for a waypoint all Services that use it."""
        yield target.kind, policy.namespace, target.name
        if target.kind == "Gateway":
            for service in self._parts.clauses.waypoint_bypass.services(policy.namespace, target):
                yield "Service", service.namespace, service.name


def _first_of_each(policies: Sequence[AuthorizationPolicy]) -> list[AuthorizationPolicy]:
    """List the first policy that asks each provider."""
    found: dict[str, AuthorizationPolicy] = {}
    for policy in policies:
        if policy.action == "CUSTOM":
            found.setdefault(_provider(policy), policy)
    return [*found.values()]


def _provider(policy: AuthorizationPolicy) -> str:
    return policy.spec.child("provider").text("name")
