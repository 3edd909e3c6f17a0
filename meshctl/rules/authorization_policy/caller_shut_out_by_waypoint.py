"""A workload in ambient mode calls a Service whose waypoint never lets it in.

The waypoint enforces the policies with `targetRefs` to it or to the Service. When no ALLOW rule of them
admits the caller's identity, or a DENY rule names it, each of its requests gets `403`. Their `ports` are those of the Service:
the waypoint comes before Kubernetes translates them to those of the container.

Fix: add the caller to the sources of an ALLOW rule, or leave it out of the DENY rule; write the Service's port.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=AuthorizationPolicy,
    severity=Severity.WARNING,
    since="0.1.0",
    holds=("targetRefs", "targetRef"),
)
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first caller of each Service that a policy with rules shuts out."""
    if policy.action not in {"ALLOW", "DENY"} or not policy.rules or not policy.target_refs:
        return
    told = set()
    for shut in mesh.clauses.waypoint_callers.shut_out(policy):
        if shut.call.host.host in told:
            continue
        told.add(shut.call.host.host)
        who = "others" if shut.port is None else f"other ports than {shut.port}, the Service's,"
        yield Finding(
            policy.spec.at("rules"),
            f"{shut.caller.title} ({shut.principal}) calls {shut.call.host.host}, and this policy "
            f"{f'admits only {who}' if policy.action == 'ALLOW' else 'denies it'} at the waypoint: it "
            "gets 403",
        ).also(shut.call.place, "calls it")
