"""A condition asks for a header from which the token has been removed.

A proxy verifies tokens before it asks policies, and takes a valid one out of its header, unless the RequestAuthentication says
`forwardOriginalToken`. The policy then finds no such header: an ALLOW rule that asks for it lets nobody in, token or not, and a
DENY rule by `notValues` refuses everybody.

Fix: ask for the token by `requestPrincipals` or `request.auth.claims`, or set `forwardOriginalToken: true`.
"""

import re
from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_HEADER = re.compile(r"request\.headers\[([^]]+)\]")


@rule(
    on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0", needs=("RequestAuthentication",)
)
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report values that are tokens; a star stands for other values of the header, too."""
    for entry in policy.rules:
        for condition in entry.conditions:
            named = _HEADER.fullmatch(condition.text("key"))
            name = named[1] if named is not None else ""
            removed = mesh.clauses.removed_tokens.find(policy, name) if name else None
            if removed is None:
                continue
            for field in ("values", "notValues"):
                values = condition.texts(field)
                tokens = [value == "*" or value.startswith(removed.prefix) for value in values]
                if not tokens or not all(tokens):
                    continue
                is_sure = mesh.is_whole and ("*" not in values or not removed.prefix)
                yield Finding(
                    condition.at(field),
                    f"a request with a valid token has no header {quoted(name)} any more: the proxy takes it out "
                    f"before it asks policies, so that {'nothing' if field == 'values' else 'everything'} meets this",
                    severity=None if is_sure else Severity.WARNING,
                ).also(removed.rule.at("issuer"), "doesn't keep its token")
