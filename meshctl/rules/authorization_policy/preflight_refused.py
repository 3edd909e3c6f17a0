"""A policy of a gateway asks for a token, also of the preflights that browsers send without one.

Before a request with a token a browser asks by `OPTIONS` whether it may send one, and that has no token. The
gateway judges it by its AuthorizationPolicies before the `corsPolicy` of the route could answer: the browser sees
403, and never sends the real request.

Fix: leave `OPTIONS` out of the rule (`notMethods: [OPTIONS]` beside `notRequestPrincipals`), or let it in by a rule
of its own where the policy is ALLOW.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0", needs=("corsPolicy",))
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report each rule once, with the first route whose preflights it refuses."""
    told = set()
    for refused_preflight in mesh.clauses.preflights.refused(policy):
        if refused_preflight.place in told:
            continue
        told.add(refused_preflight.place)
        yield Finding(
            refused_preflight.place,
            f"preflights for {refused_preflight.host}{refused_preflight.path} have no token and get 403, so browsers never send what "
            f"{refused_preflight.route.resource.title} allows them",
        ).also(refused_preflight.route.key("corsPolicy"), "would answer them")
