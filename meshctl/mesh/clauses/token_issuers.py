"""The RequestAuthentications that hold where a policy does, and the issuers they know.

One for a waypoint holds for all Services that use it (ShouldAttachPolicy,
pilot/pkg/model/policyattachment.go, and listener_waypoint.go, Istio 1.31).
"""

from collections.abc import Iterable, Sequence

from meshctl.mesh.clauses.parts import Parts
from meshctl.resources import AuthorizationPolicy, Policy, RequestAuthentication, Workload
from meshctl.resources.cached_property import cached_property


class TokenIssuers:
    """Answers for policies that ask for tokens."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._issuers: dict[int, tuple[Sequence[Workload], frozenset[str]]] = {}
        self._audiences: dict[int, tuple[Sequence[Workload], frozenset[str]]] = {}

    def for_targets(self, policy: Policy) -> Sequence[RequestAuthentication]:
        """List the RequestAuthentications that hold, or may, for the targets of a policy."""
        found = list(self._parts.security.request_authentications.of_same_targets(policy))
        for ref in policy.target_refs:
            if ref.kind != "Service":
                continue
            service = self._parts.ambient.service(ref.name, policy.namespace)
            use = self._parts.ambient.waypoint_use(service) if service is not None else None
            home = use.namespace if use is not None else policy.namespace
            found += [
                one
                for one in self._of_gateways.get(home, ())
                # Without the Service, any Gateway may well be its waypoint.
                if service is None
                or (use is not None and any(r.name == use.name for r in one.target_refs))
            ]
        return found

    def issuers(self, policy: AuthorizationPolicy) -> frozenset[str]:
        """Collect the issuers that are known where a policy holds; empty: none, or unknown."""
        if not self._parts.knows.all_of("RequestAuthentication", policy.namespace):
            return frozenset()
        if policy.target_refs:
            return _issuers([self.for_targets(policy)])
        reached = self._parts.security.authorization.reached(policy)
        known = self._issuers.get(id(reached))
        if known is None:
            held = map(self._parts.security.request_authentications.of, reached)
            found = _issuers({id(one): one for one in held}.values())
            known = self._issuers[id(reached)] = reached, found
        return known[1]

    def audiences(self, policy: AuthorizationPolicy) -> frozenset[str]:
        """Collect the audiences that tokens may have where a policy holds; empty: any, or unknown.

        A rule of a RequestAuthentication without ``audiences`` takes tokens for anybody.
        """
        if not self._parts.knows.all_of("RequestAuthentication", policy.namespace):
            return frozenset()
        if policy.target_refs:
            return _audiences([self.for_targets(policy)])
        reached = self._parts.security.authorization.reached(policy)
        known = self._audiences.get(id(reached))
        if known is None:
            held = map(self._parts.security.request_authentications.of, reached)
            found = _audiences({id(one): one for one in held}.values())
            known = self._audiences[id(reached)] = reached, found
        return known[1]

    @cached_property
    def _of_gateways(self) -> dict[str, list[RequestAuthentication]]:
        found: dict[str, list[RequestAuthentication]] = {}
        for one in self._parts.of(RequestAuthentication):
            if any(ref.kind == "Gateway" for ref in one.target_refs):
                found.setdefault(one.namespace, []).append(one)
        return found


def _audiences(several: Iterable[Sequence[RequestAuthentication]]) -> frozenset[str]:
    rules = [rule for held in several for one in held for rule in one.rules]
    if not all(rule.texts("audiences") for rule in rules):
        return frozenset()
    return frozenset(text for rule in rules for text in rule.texts("audiences"))


def _issuers(several: Iterable[Sequence[RequestAuthentication]]) -> frozenset[str]:
    found = {rule.issuer for held in several for one in held for rule in one.rules}
    return frozenset() if "" in found else frozenset(found)
