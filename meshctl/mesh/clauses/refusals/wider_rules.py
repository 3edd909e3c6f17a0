"""Rules of ALLOW policies that let in all that another policy of the same workloads does.

Workloads for which the same policies hold share one index of their rules.
"""

from collections.abc import Sequence

from meshctl.mesh.authorization.decision import is_dry_run
from meshctl.mesh.authorization.rule_cover import RuleIndex, covers
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.security.authorization_rules import matches_everything
from meshctl.resources import AuthorizationPolicy, AuthorizationRule, Workload

_Policies = Sequence[AuthorizationPolicy]


class WiderRules:
    """Answers for every ALLOW policy."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._indexes = IdentityCache(_index)
        self._distinct = IdentityCache(self._distinct_at)

    def everywhere(self, policy: AuthorizationPolicy) -> AuthorizationRule | None:
        """Find a rule of another policy that lets in more than a policy, at all of its workloads.

        Gives that of the first workload.
        """
        workloads = self._parts.security.authorization.reached(policy)
        found = [self._wider(policy, one) for one in self._distinct.of(workloads)]
        return found[0] if found and all(found) else None

    def _distinct_at(self, workloads: Sequence[Workload]) -> list[_Policies]:
        """List the policies that hold for some workloads, once for those with the same ones."""
        several = map(self._parts.decisions.policies_of, workloads)
        return list({id(one): one for one in several}.values())

    def _wider(self, policy: AuthorizationPolicy, policies: _Policies) -> AuthorizationRule | None:
        """Find the first rule that covers every rule of a policy, and isn't the same."""
        for candidate in self._indexes.of(policies).candidates(policy.rules[0]):
            if candidate.resource is not policy and all(
                covers(candidate, own) for own in policy.rules
            ):
                same = any(covers(own, candidate) for own in policy.rules)
                return None if same else candidate
        return None


def _index(policies: _Policies) -> RuleIndex:
    rules = [
        rule
        for policy in policies
        if policy.action == "ALLOW" and not is_dry_run(policy)
        for rule in policy.rules
        if not matches_everything(rule)
    ]
    return RuleIndex(rules)
