"""The policies of one proxy by the identities they name, so that a client meets its own alone.

A rule that names whole principals in each of its alternatives is filed under these; every other
rule is asked for all clients. What is asked of a client is what ``identity_rules`` says of it.
"""

from collections.abc import Iterable, Iterator, Sequence

from meshctl.mesh.authorization.identity_rules import IdentityRule, KnownClient
from meshctl.resources import AuthorizationPolicy


class PolicyIndex:
    """Enforced policies, the oldest first, with those that refuse a client."""

    def __init__(self, policies: Iterable[AuthorizationPolicy], domains: tuple[str, ...]) -> None:
        several = list(policies)
        self._denying = [policy for policy in several if policy.action == "DENY"]
        self._allowing = tuple(policy for policy in several if policy.action == "ALLOW")
        self._denials = _Rules(self._denying, domains)
        self._permits = _Rules(self._allowing, domains)
        self._known: dict[KnownClient, tuple[AuthorizationPolicy, ...]] = {}

    def shutting_out(self, client: KnownClient) -> tuple[AuthorizationPolicy, ...]:
        """List the policies that refuse all of a client: the first DENY, else all of ALLOW."""
        known = self._known.get(client)
        if known is None:
            known = self._known[client] = self._find(client)
        return known

    def _find(self, client: KnownClient) -> tuple[AuthorizationPolicy, ...]:
        denied = (number for number, rule in self._denials.of(client) if rule.is_all_of(client))
        first = min(denied, default=None)
        if first is not None:
            return (self._denying[first],)
        admitted = any(rule.may_match(client) for _, rule in self._permits.of(client))
        return () if admitted else self._allowing


class _Rules:
    """Rules with the number of their policy, by the principals that they need."""

    def __init__(self, policies: Sequence[AuthorizationPolicy], domains: tuple[str, ...]) -> None:
        self._for_any: list[tuple[int, IdentityRule]] = []
        self._by_principal: dict[str, list[tuple[int, IdentityRule]]] = {}
        for number, policy in enumerate(policies):
            for written in policy.rules:
                rule = IdentityRule(written, policy.namespace, domains)
                principals = rule.principals
                if principals is None:
                    self._for_any.append((number, rule))
                for principal in principals or ():
                    self._by_principal.setdefault(principal, []).append((number, rule))

    def of(self, client: KnownClient) -> Iterator[tuple[int, IdentityRule]]:
        yield from self._for_any
        if client.principal is not None:
            yield from self._by_principal.get(client.principal, ())
