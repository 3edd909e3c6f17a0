"""A policy of ambient mode lets callers in, but not the waypoint that their requests come by.

ztunnel compares the identity of the connection. Behind a waypoint that is the waypoint's own, never
the caller's. An ALLOW policy that names the callers refuses all that comes by the waypoint: the
connection is reset, and clients see `503`.

Fix: let in the waypoint's identity with this policy, and say who may call in a policy with
`targetRefs` to the Service, which the waypoint enforces.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report ALLOW policies for ambient workloads whose waypoint no ALLOW policy lets in."""
    if policy.action != "ALLOW" or policy.target_refs or not policy.rules:
        return
    before = mesh.clauses.shut_waypoints.before
    for workload, [(use, identity), *_] in mesh.security.authorization.asked(policy, before):
        yield Finding(
            policy.spec.key("rules"),
            f"requests for {workload.title} come by waypoint {use.key_name}, whose principal "
            f"{identity} no rule lets in",
        ).also(use.ref, "sends them by the waypoint")
        return
