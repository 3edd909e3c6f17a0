"""The RequestAuthentications that hold where a policy does, and the issuers they know.

One for a waypoint holds for all Services that use it (ShouldAttachPolicy,
pilot/pkg/model/policyattachment.go, and listener_waypoint.go, Istio 1.31).
"""

from collections.abc import Iterable, Sequence

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.resources import AuthorizationPolicy, Policy, RequestAuthentication, Workload
from meshctl.resources.cached_property import cached_property


class TokenIssuers:
    """Answers for policies that ask for tokens."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._taken = IdentityCache(self._taken_by)

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
                request_authentication
                for request_authentication in self._of_gateways.get(home, ())
                # Without the Service, any Gateway may well be its waypoint.
                if service is None
                or (
                    use is not None
                    and any(r.name == use.name for r in request_authentication.target_refs)
                )
            ]
        return found

    def issuers(self, policy: AuthorizationPolicy) -> frozenset[str]:
        """Collect the issuers that are known where a policy holds; empty: none, or unknown."""
        return self._told(policy).issuers

    def audiences(self, policy: AuthorizationPolicy) -> frozenset[str]:
        """Collect the audiences that tokens may have where a policy holds; empty: any, or unknown.

        A rule of a RequestAuthentication without ``audiences`` takes tokens for anybody.
        """
        return self._told(policy).audiences

    def _told(self, policy: AuthorizationPolicy) -> "_Tokens":
        """Say which tokens are taken where a policy holds, as far as the input tells."""
        if not self._parts.knows.all_of("RequestAuthentication", policy.namespace):
            return _Tokens(())
        if policy.target_refs:
            return _Tokens(self.for_targets(policy))
        return self._taken.of(self._parts.security.authorization.reached(policy))

    def _taken_by(self, workloads: Sequence[Workload]) -> "_Tokens":
        held = map(self._parts.security.request_authentications.of, workloads)
        distinct = {id(several): several for several in held}  # workloads alike share them
        return _Tokens(
            request_authentication
            for several in distinct.values()
            for request_authentication in several
        )

    @cached_property
    def _of_gateways(self) -> dict[str, list[RequestAuthentication]]:
        found: dict[str, list[RequestAuthentication]] = {}
        for request_authentication in self._parts.of(RequestAuthentication):
            if any(ref.kind == "Gateway" for ref in request_authentication.target_refs):
                found.setdefault(request_authentication.namespace, []).append(
                    request_authentication
                )
        return found


class _Tokens:
    """The tokens that RequestAuthentications take."""

    def __init__(self, several: Iterable[RequestAuthentication]) -> None:
        self._rules = [
            rule for request_authentication in several for rule in request_authentication.rules
        ]

    @cached_property
    def issuers(self) -> frozenset[str]:
        found = frozenset(rule.issuer for rule in self._rules)
        return frozenset() if "" in found else found

    @cached_property
    def audiences(self) -> frozenset[str]:
        if not all(rule.texts("audiences") for rule in self._rules):
            return frozenset()
        return frozenset(text for rule in self._rules for text in rule.texts("audiences"))
