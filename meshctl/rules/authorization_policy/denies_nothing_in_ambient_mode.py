"""A rule of DENY is about requests alone, and ztunnel can't see requests.

istiod strips what ztunnel doesn't know. Where nothing of an entry of `from`, `to` or `when` is left,
ztunnel passes it over, and the rule matches no connection: what it should keep out comes in.

Fix: attach the policy by `targetRefs` to the Service, or to the waypoint's Gateway; or deny by
`ports`, `principals`, `namespaces` or `ipBlocks`, which ztunnel knows.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.ambient import Effect, converted_rule
from meshctl.mesh.security import unseen_parts
from meshctl.mesh.workloads import Membership
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report rules of DENY without effect, where all workloads of the policy are in ambient mode."""
    if policy.action != "DENY" or policy.target_refs:
        return
    if mesh.security.authorization.memberships(policy) != {Membership.AMBIENT}:
        return
    for entry in policy.rules:
        if converted_rule(policy, entry).effect is Effect.NEVER:
            name, ref = next(unseen_parts(entry))
            yield Finding(
                ref,
                f"{name} is left out for ztunnel, and what is left of this rule matches no "
                "connection: the rule denies nothing",
            )
