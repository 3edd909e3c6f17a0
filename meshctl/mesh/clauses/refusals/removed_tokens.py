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
from meshctl.resources import AuthorizationPolicy, RequestAuthentication, TokenRule, Workload

_Held = Sequence[RequestAuthentication]
_DEFAULT = ("authorization", "Bearer ")


class RemovedToken(NamedTuple):
    """A rule of a RequestAuthentication that removes a header, and what values begin with that it removes."""

    rule: TokenRule
    prefix: str


class RemovedTokens:
    """Answers for conditions on headers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._several = IdentityCache(self._sets_of)
        self._removing = IdentityCache(_removing)

    def find(self, policy: AuthorizationPolicy, header: str) -> RemovedToken | None:
        """Find what removes a header at all workloads that a policy reaches by its selector."""
        if policy.target_refs or policy.action == "CUSTOM":
            return None
        if Membership.AMBIENT in self._parts.security.authorization.memberships(policy):
            return None  # ztunnel reads neither tokens nor headers
        several = self._several.of(self._parts.security.authorization.reached(policy))
        found = [self._removing.of(held).get(header.lower()) for held in several]
        if not found or None in found:
            return None
        return next(iter(found))

    def _sets_of(self, reached: Sequence[Workload]) -> list[_Held]:
        """List what holds for some workloads, once for all that share it."""
        several = (self._parts.security.request_authentications.of(each) for each in reached)
        return [*{id(held): held for held in several}.values()]


def _removing(held: _Held) -> dict[str, RemovedToken]:
    """What RequestAuthentications remove together, by header in lower case."""
    taken: dict[str, list[tuple[TokenRule, str]]] = {}
    for rule in (rule for policy in held for rule in policy.rules):
        for header, prefix in _headers(rule):
            taken.setdefault(header, []).append((rule, prefix))
    return {
        header: RemovedToken(several[0][0], _shared(prefix for _, prefix in several))
        for header, several in taken.items()
        if not any(rule.keeps_token for rule, _ in several)
    }


def _headers(rule: TokenRule) -> Iterator[tuple[str, str]]:
    """Walk the headers in which a rule looks for tokens, with what they begin with there."""
    written = [item for _, item in rule.items("fromHeaders")]
    if not written and not rule.texts("fromParams") and not rule.texts("fromCookies"):
        written = [{"name": _DEFAULT[0], "prefix": _DEFAULT[1]}]
    for item in written:
        yield str(item.get("name", "")).lower(), str(item.get("prefix") or "")


def _shared(prefixes: Iterable[str]) -> str:
    """The longest of them, which removes the least."""
    return max(prefixes, key=len)
