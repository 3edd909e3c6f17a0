"""Filters the token of a request by the RequestAuthentications that hold (jwt_authn).

Mirrors convertToEnvoyJwtConfig (pilot/pkg/security/authn/policy_applier.go, Istio 1.31) and
Envoy's jwt_authn filter: no token is fine, a token of an issuer that nobody names is not. Whether
a signature is valid is taken for granted.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from meshctl.resources import RequestAuthentication, TokenRule

_BY_SPACE = frozenset({"scope", "permission"})
UNKNOWN_ISSUER = "401", "Jwt issuer is not configured"
WRONG_AUDIENCE = "403", "Audiences in Jwt are not allowed"


class TokenVerdict(NamedTuple):
    """``code`` and ``text`` of a refusal, empty where the request goes on; ``claims`` then."""

    code: str = ""
    text: str = ""
    claims: Mapping[str, Any] | None = None
    rule: TokenRule | None = None
    """The rule that accepts the token, or knows its issuer."""


def verify(
    policies: Iterable[RequestAuthentication], claims: Mapping[str, Any] | None
) -> TokenVerdict:
    """Judge a token in the header Authorization; ``None`` is a request without one."""
    rules = [rule for policy in policies for rule in policy.rules]
    looking = [rule for rule in rules if _looks_at_authorization(rule)]
    if claims is None or not looking:
        return TokenVerdict()
    issuer = claims.get("iss")
    known = [rule for rule in looking if rule.issuer in {"", issuer}]
    if not known:
        return TokenVerdict(*UNKNOWN_ISSUER)
    for rule in known:
        if _has_audience(rule, claims):
            return TokenVerdict(claims=_normal(rule, claims), rule=rule)
    return TokenVerdict(*WRONG_AUDIENCE, rule=known[0])


def _looks_at_authorization(rule: TokenRule) -> bool:
    """Does a rule find a bearer token? Other places replace the usual one."""
    headers = [item for _, item in rule.items("fromHeaders")]
    if not headers and not rule.texts("fromParams") and not rule.texts("fromCookies"):
        return True
    return any(
        str(header.get("name", "")).lower() == "authorization"
        and str(header.get("prefix") or "").strip() in {"", "Bearer"}
        for header in headers
    )


def _has_audience(rule: TokenRule, claims: Mapping[str, Any]) -> bool:
    wanted = rule.texts("audiences")
    found = claims.get("aud")
    several = found if isinstance(found, list) else [found]
    return not wanted or any(one in wanted for one in several)


def _normal(rule: TokenRule, claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """Split the claims that are lists written as one text."""
    by_space = _BY_SPACE.union(rule.texts("spaceDelimitedClaims"))
    return {
        name: value.split() if name in by_space and isinstance(value, str) else value
        for name, value in claims.items()
    }
