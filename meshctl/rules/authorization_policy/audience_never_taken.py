"""A condition asks for an audience of tokens that no RequestAuthentication of the workload takes.

A RequestAuthentication with `audiences` refuses tokens for others with 401, before policies are asked. A
condition on `request.auth.audiences` that names none of them never holds: an ALLOW rule by it lets nobody in,
a DENY rule refuses nobody.

Fix: write one of the `audiences` of the RequestAuthentication, or add the audience there.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import takes
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, quoted, shortened

_KEYS = frozenset({"request.auth.audiences", "request.auth.claims[aud]"})


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0", holds=("when",))
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report values that no token which is let through can have."""
    for entry in policy.rules:
        for condition in entry.conditions:
            if condition.text("key") not in _KEYS:
                continue
            known = mesh.clauses.token_issuers.audiences(policy)
            for index, value in enumerate(condition.texts("values") if known else ()):
                if not any(takes(value, audience) for audience in known):
                    yield Finding(
                        condition.at("values", index),
                        f"no token for {quoted(value)} is taken there, only for "
                        f"{shortened(sorted(known), MOST_LISTED)}: this never matches",
                        severity=None if mesh.is_whole else Severity.WARNING,
                    )
