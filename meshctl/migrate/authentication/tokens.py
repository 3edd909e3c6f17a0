"""Converts the origins of Policies: a RequestAuthentication, and a DENY for requests without token.

A RequestAuthentication alone lets requests without a token pass.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from meshctl.mesh.matching.string_match import StringMatch
from meshctl.migrate.authentication.targets import Target
from meshctl.migrate.drafts import Draft
from meshctl.migrate.kinds import AUTHORIZATION_POLICY, REQUEST_AUTHENTICATION
from meshctl.migrate.known import Known
from meshctl.resources import View
from meshctl.resources.view import views

_SAME = {"audiences": "audiences", "jwks_uri": "jwksUri", "jwksUri": "jwksUri", "jwks": "jwks"}
_FIELDS = frozenset({
    *_SAME, "issuer", "jwtHeaders", "jwt_headers", "jwtParams", "jwt_params", "triggerRules",
    "trigger_rules",
})  # fmt: skip


class _Origin(NamedTuple):
    """An issuer, and the operations on which its token is demanded; ``None`` can't be said."""

    issuer: str
    operations: tuple[Mapping[str, Any], ...] | None


def jwts(spec: View) -> list[View]:
    """Collect the token sections: origins, and those among the peers."""
    several = (*views(spec, "origins", View), *views(spec, "peers", View))
    return [view.child("jwt") for view in several if view.has("jwt")]


def convert_tokens(spec: View, draft: Draft, target: Target, known: Known) -> None:
    """Write what is asked of tokens."""
    several = jwts(spec)
    if not several:
        return
    base = draft.resource.name
    name = f"{base}-{target.name}" if target.name else base
    chosen = {"selector": {"matchLabels": dict(target.selector)}} if target.selector else {}
    rules = [_rule(jwt, draft) for jwt in several]
    draft.make(
        REQUEST_AUTHENTICATION, name, {**chosen, "jwtRules": rules},
        namespace=target.namespace,
    )  # fmt: skip
    if target.ports:
        draft.near(
            "a RequestAuthentication is for all ports of its pods: wrong tokens are refused on the "
            "others, too", spec.at("targets"),
        )  # fmt: skip
    if spec.flag("originIsOptional"):
        draft.near(
            "a wrong token was let in as if it were none, and is refused with 401 today",
            spec.at("originIsOptional"),
        )
        return
    ports = [str(port) for port in target.ports]
    ports = ports or known.http_ports(target.namespace, target.selector)
    deny = list(_demands([_origin(jwt, draft) for jwt in several], draft, ports))
    if deny:
        draft.make(
            AUTHORIZATION_POLICY, f"{name}-require-token",
            {**chosen, "action": "DENY", "rules": deny}, namespace=target.namespace,
        )  # fmt: skip


def _rule(jwt: View, draft: Draft) -> dict[str, Any]:
    rule: dict[str, Any] = {"issuer": jwt.text("issuer")}
    if not jwt.text("issuer"):
        draft.lost("a token section needs an issuer", jwt.at(), instead="write the issuer")
    for old, new in _SAME.items():
        if jwt.has(old):
            rule[new] = jwt.data[old]
    headers = jwt.texts("jwtHeaders") or jwt.texts("jwt_headers")
    if headers:
        rule["fromHeaders"] = [_header(name) for name in headers]
    params = jwt.texts("jwtParams") or jwt.texts("jwt_params")
    if params:
        rule["fromParams"] = list(params)
    rule["forwardOriginalToken"] = True
    for key in jwt.names():
        if key not in _FIELDS:
            draft.lost(
                f"a token section has no field {key}", jwt.at(key), instead="correct the field"
            )
    return rule


def _header(name: str) -> dict[str, str]:
    return (
        {"name": name, "prefix": "Bearer "} if name.lower() == "authorization" else {"name": name}
    )


def _origin(jwt: View, draft: Draft) -> _Origin:
    key = "triggerRules" if jwt.has("triggerRules") else "trigger_rules"
    operations = [_operation(rule, draft) for rule in views(jwt, key, View)]
    known = [operation for operation in operations if operation is not None]
    is_whole = len(known) == len(operations)
    found = tuple(known) if is_whole else None
    if found and any("paths" in condition or "notPaths" in condition for condition in found):
        draft.near(
            "tokens are looked at on every path today: a wrong one is refused where the trigger "
            "rules left it out, too", jwt.at(key),
        )  # fmt: skip
    return _Origin(jwt.text("issuer"), found)


def _operation(rule: View, draft: Draft) -> dict[str, Any] | None:
    """Read a trigger rule as an operation; ``None`` where a path can't be said."""
    found: dict[str, Any] = {}
    for keys, field in (
        (("includedPaths", "included_paths"), "paths"),
        (("excludedPaths", "excluded_paths"), "notPaths"),
    ):
        paths = []
        for key in keys:
            for view in views(rule, key, View):
                path = _path(view)
                if path is None:
                    draft.lost(
                        "AuthorizationPolicies have no regular expressions, so that no token is "
                        "demanded by this rule", view.at("regex"),
                        instead="write the DENY with exact paths, prefixes or path templates such "
                        "as /users/{*}/orders",
                    )  # fmt: skip
                    return None
                paths.append(path)
        if paths:
            found[field] = paths
    return found


def _path(match: View) -> str | None:
    if match.has("exact"):
        return match.text("exact")
    if match.has("prefix"):
        return f"{match.text('prefix')}*"
    if match.has("suffix"):
        return f"*{match.text('suffix')}"
    return None


def _demands(
    origins: Sequence[_Origin], draft: Draft, numbers: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Walk the rules that refuse requests without the token that they need."""
    ports = {"ports": list(numbers)} if numbers else {}
    if any(origin.operations is None for origin in origins):
        return
    if all(origin.operations == origins[0].operations for origin in origins):
        for operation in origins[0].operations or ({},):
            yield _deny(["*"], {**operation, **ports})
        return
    for origin in origins:
        for operation in origin.operations or ({},):
            accepted = [
                other.issuer for other in origins
                if other is origin or _meet(operation, other.operations or ({},))
            ]  # fmt: skip
            if len(accepted) > 1:
                draft.near(
                    "where the paths of several issuers meet, the token of each is taken on all of "
                    "them"
                )
            yield _deny([f"{issuer}/*" for issuer in accepted], {**operation, **ports})


def _deny(principals: list[str], operation: Mapping[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {"from": [{"source": {"notRequestPrincipals": principals}}]}
    if operation:
        rule["to"] = [{"operation": dict(operation)}]
    return rule


def _meet(operation: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> bool:
    """May two operations be about one path? Those with exceptions may."""
    for other in others:
        if "paths" not in operation or "paths" not in other:
            return True
        if any(_pattern(a).intersect(_pattern(b)) is not None for a in operation["paths"]
               for b in other["paths"]):  # fmt: skip
            return True
    return False


def _pattern(path: str) -> StringMatch:
    from meshctl.re2.quoting import quote_meta  # noqa: PLC0415 - few policies need it

    if path.endswith("*"):
        return StringMatch("prefix", path[:-1])
    if path.startswith("*"):
        return StringMatch("regex", f".*{quote_meta(path[1:])}")
    return StringMatch("exact", path)
