"""A gateway routes to a workload whose policies never let the gateway in.

At the workload the client is the gateway, with the service account of its pods. When no ALLOW rule
of the workload admits this identity, or a DENY rule names it, everybody who comes through the
gateway gets `403 RBAC: access denied`.

Fix: add the gateway's identity to the sources of an ALLOW rule, or leave it out of the DENY rule.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first workload that a policy with rules closes to a gateway that routes to it."""
    if policy.action not in {"ALLOW", "DENY"} or not policy.rules or policy.target_refs:
        return
    refused = mesh.clauses.refused_callers.gateway(policy)
    if refused is not None:
        says = "admits only others" if policy.action == "ALLOW" else "denies the gateway"
        yield Finding(
            policy.spec.at("rules"),
            f"this policy {says}: what {refused.client.title} ({refused.principal}) routes to "
            f"{refused.workload.title} gets 403",
            severity=None if mesh.is_whole else Severity.WARNING,
        ).also(refused.place, "routes there")
