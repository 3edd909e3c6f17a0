"""A policy names a Service by one of its names, and clients use others.

Hosts are compared with the Host that the client sent: `tea`, `tea.shop`, `tea.shop.svc` or the full
name, each with the port behind it unless that is 80. What an ALLOW rule doesn't name is refused,
and what a DENY rule doesn't name gets through.

Fix: leave `hosts` out, since the workload already says which Service is meant, or name every form.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, append, rule


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts of Services in front of the workloads that lack one of their names."""
    if policy.target_refs or policy.action not in {"ALLOW", "DENY"}:
        return
    for operation in policy.operations:
        missing = mesh.clauses.host_forms.missing(operation.texts("hosts"), policy)
        if missing is None:
            continue
        effect = "is refused" if policy.action == "ALLOW" else "gets past this rule"
        yield Finding(
            operation.at("hosts", missing.place),
            f"clients that call the Service as {missing.form} send that Host, which {effect}",
            severity=Severity.INFO if policy.action == "ALLOW" else None,
        ).fixed_by(append(operation.at("hosts"), missing.form), safe=False)
