"""Gateways whose requests get past the tokens that a policy asks for, by a rule for themselves.

The rules of ALLOW policies are alternatives (pilot/pkg/security/authz/builder/builder.go, Istio 1.31): a request that
a gateway of the mesh sends meets a rule for its identity, with a token or without one.
"""

from collections.abc import Sequence
from typing import NamedTuple

from meshctl.mesh.authorization.decision import is_dry_run
from meshctl.mesh.authorization.rule_cover import covers_operations
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.security.authorization_rules import may_admit, token_parts
from meshctl.resources import AuthorizationPolicy, AuthorizationRule, Ref, Workload

_TOKENS = "requestPrincipals"
_IDENTITIES = frozenset({"principals", "namespaces", "serviceAccounts"})


class TokenlessGateway(NamedTuple):
    """A gateway, the workload it sends requests to, where a token is asked for, and the rule for the gateway."""

    gateway: Workload
    workload: Workload
    asked: Ref
    wide: AuthorizationRule


class TokenlessGateways:
    """Answers for AuthorizationPolicies that ask for tokens."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._by_identity = IdentityCache(_of_identities)  # many workloads share their policies

    def of(self, policy: AuthorizationPolicy) -> TokenlessGateway | None:
        """Find the first workload of a policy that every gateway in front of it calls without a token."""
        sources = [source for rule in policy.rules for source in rule.sources]
        asks = bool(sources) and all(source.texts(_TOKENS) for source in sources)
        if policy.action != "ALLOW" or is_dry_run(policy) or not asks:
            return None
        if not all(rule.sources for rule in policy.rules):
            return None
        told = set()
        for workload, gateways in self._parts.security.authorization.asked(policy, self._unguarded):
            policies = self._parts.decisions.policies_of(workload)
            if (id(policies), gateways) in told:
                continue
            told.add((id(policies), gateways))
            rules = self._by_identity.of(policies)
            found = [self._wide(policy, rules, gateway) for gateway in gateways if rules]
            if found and found[0] is not None and all(found):
                return TokenlessGateway(gateways[0], workload, sources[0].key(_TOKENS), found[0])
        return None

    def _unguarded(self, workload: Workload) -> Sequence[Workload]:
        """List the gateways in front of a workload; none where one of them may ask for tokens itself."""
        pods = self._parts.reachability.ingress_paths.gateway_pods(workload)
        gateways = [gateway for gateway, _ in pods]
        return () if any(map(self._may_ask, gateways)) else gateways

    def _may_ask(self, gateway: Workload) -> bool:
        policies = self._parts.decisions.policies_of(gateway)
        return any(policy.action == "CUSTOM" or any(token_parts(policy)) for policy in policies)

    def _wide(
        self, policy: AuthorizationPolicy, rules: Sequence[AuthorizationRule], gateway: Workload
    ) -> AuthorizationRule | None:
        """Find the rule of another policy that lets in all of a gateway's requests that this one is about."""
        principal = self._parts.registry.service_accounts.of_workload(gateway)
        for rule in rules:
            if (
                rule.resource is not policy
                and may_admit(rule, principal)
                and all(covers_operations(rule, own) for own in policy.rules)
            ):
                return rule
        return None


def _of_identities(policies: Sequence[AuthorizationPolicy]) -> list[AuthorizationRule]:
    """List the rules of ALLOW policies that ask of sources who they are, and nothing more."""
    several = (policy for policy in policies if policy.action == "ALLOW" and not is_dry_run(policy))
    return [rule for policy in several for rule in policy.rules if _asks_identity(rule)]


def _asks_identity(rule: AuthorizationRule) -> bool:
    named = [_IDENTITIES.issuperset(source.names()) for source in rule.sources]
    return bool(named) and all(named) and not rule.conditions
