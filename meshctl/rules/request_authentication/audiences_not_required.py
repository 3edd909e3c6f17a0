"""A token rule names audiences, and another rule takes the same tokens for others.

The rules of all RequestAuthentications for a workload hold together, and a token that one of them takes is let in. Where
another rule for the issuer, with the same keys, names no audience or more of them, `audiences` restrict nothing:
tokens that were made for other services get in.

Fix: write the audiences into the other rule, or ask for them by an AuthorizationPolicy
(`when: request.auth.audiences`).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import RequestAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=RequestAuthentication, severity=Severity.WARNING, since="0.1.0", holds=("audiences",))
def check(policy: RequestAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report audiences that a rule for the same workloads takes away."""
    for each in policy.rules:
        other = mesh.security.request_authentications.wider(policy, each)
        if other is None:
            continue
        taken = shortened(other.texts("audiences"), MOST_LISTED)
        then = "this rule lets nobody else in" if taken else "this list keeps nobody out"
        yield Finding(
            each.at("audiences"),
            f"{other.resource.title} takes tokens of this issuer for {taken or 'any audience'}, so {then}",
        ).also(other.at("issuer"), "takes them as well")
