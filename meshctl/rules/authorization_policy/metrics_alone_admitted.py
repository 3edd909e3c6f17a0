"""ALLOW policies open a workload for its metrics, and thereby close it for everybody else.

As long as no ALLOW policy selects a workload, everything is let in. The first one turns this
round: what no rule of it matches gets `403 RBAC: access denied`, on every port. A policy that was
meant to let Prometheus in so locks out all callers of the Service.

Fix: write a second ALLOW policy for the callers of the Service, or a rule for its port.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import is_dry_run
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first workload of a policy whose Services nobody may call."""
    if policy.action != "ALLOW" or not policy.rules or policy.target_refs or is_dry_run(policy):
        return
    if any(not rule.operations and not rule.conditions for rule in policy.rules):
        return  # it lets somebody in on every port
    ask = mesh.clauses.closed_ports.of
    for workload, (port,) in mesh.security.authorization.asked(policy, ask)[:1]:
        yield Finding(
            policy.spec.key("rules"),
            f"this lets in requests for metrics, or to ports of no Service, and nothing else: "
            f"{workload.title} refuses all other requests, on port {port} of its Service too",
        ).also(workload.at("metadata", "name"), "nobody may call it")
