"""The headers that have lost their token before the rules of a policy are asked.

The filter that verifies tokens stands before the one that asks policies (buildHTTPConnectionManager,
pilot/pkg/networking/core/listener_builder.go, Istio 1.31), but for those of action CUSTOM. It removes a header with a
valid token, unless ``forwardOriginalToken`` says otherwise, and refuses one with an invalid token.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.workloads.membership import Membership
from meshctl.resources import AuthorizationPolicy, TokenRule, Workload

_DEFAULT = ("authorization", "Bearer ")


class RemovedToken(NamedTuple):
    """A rule of a RequestAuthentication that removes a header, and what values begin with that it removes."""

    rule: TokenRule
    prefix: str


class RemovedTokens:
    """Answers for conditions on headers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._removed = IdentityCache(self._at_all)

    def find(self, policy: AuthorizationPolicy, header: str) -> RemovedToken | None:
        """Find what removes a header at all workloads that a policy reaches by its selector."""
        if policy.target_refs or policy.action == "CUSTOM":
            return None
        if Membership.AMBIENT in self._parts.security.authorization.memberships(policy):
            return None  # ztunnel reads neither tokens nor headers
        reached = self._parts.security.authorization.reached(policy)
        return self._removed.of(reached, header.lower())

    def _at_all(self, reached: Sequence[Workload], header: str) -> RemovedToken | None:
        found = [self._at(workload, header) for workload in reached]
        return found[0] if found and None not in found else None

    def _at(self, workload: Workload, header: str) -> RemovedToken | None:
        held = self._parts.security.request_authentications.of(workload)
        rules = [rule for policy in held for rule in policy.rules]
        taken = [(rule, prefix) for rule in rules for prefix in _prefixes(rule, header)]
        if not taken or any(rule.keeps_token for rule, _ in taken):
            return None
        return RemovedToken(taken[0][0], _shared(prefix for _, prefix in taken))


def _prefixes(rule: TokenRule, header: str) -> Iterator[str]:
    """Walk what tokens in a header begin with where a rule looks for them there."""
    written = [item for _, item in rule.items("fromHeaders")]
    if not written and not rule.texts("fromParams") and not rule.texts("fromCookies"):
        written = [{"name": _DEFAULT[0], "prefix": _DEFAULT[1]}]
    for item in written:
        if str(item.get("name", "")).lower() == header:
            yield str(item.get("prefix") or "")


def _shared(prefixes: Iterable[str]) -> str:
    """The longest of them, which removes the least."""
    return max(prefixes, key=len)
