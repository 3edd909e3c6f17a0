"""A RequestAuthentication checks tokens, and nothing asks for one.

It refuses a request with a bad token (`401`), but lets one without any token pass. That anybody has
to be logged in is for an AuthorizationPolicy to say, and none for these workloads does, nor for those behind a
gateway of theirs.

Fix: add an AuthorizationPolicy that lets in requests with `requestPrincipals: ["*"]`, or refuses
those with `notRequestPrincipals: ["*"]`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import RequestAuthentication
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=RequestAuthentication, severity=Severity.WARNING, since="0.1.0")
def check(policy: RequestAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report policies whose workloads, or whose whole namespace, no token is asked of."""
    if not policy.rules or mesh.security.request_authentications.route_by_claims:
        return
    workloads = [] if policy.target_refs else mesh.security.request_authentications.reached(policy)
    if workloads:
        is_asked = mesh.security.request_authentications.is_any_asked_for(workloads)
    else:
        is_asked = mesh.security.request_authentications.may_be_asked_for(policy)
    if is_asked or any(
        mesh.security.request_authentications.behind_gateway(policy, each) for each in policy.rules
    ):
        return
    if known := mesh.knows.all_of("AuthorizationPolicy", policy.namespace):
        yield Finding(
            policy.spec.key("jwtRules"),
            "requests without a token pass: no AuthorizationPolicy for "
            f"{workloads[0].title if workloads else 'the workloads of this policy'} asks for a request principal",
        )
    else:
        yield NotChecked(known.reason)
