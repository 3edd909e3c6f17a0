"""A workload of the mesh calls another one whose policies never let it in.

The caller is known by the URLs in its containers and in the ConfigMaps that they read. When no
ALLOW rule of the called workload admits its identity and port, or a DENY rule names them, all its
requests get `403 RBAC: access denied`. A caller without a proxy has no identity.

Fix: add the caller to the sources of an ALLOW rule, or leave it out of the DENY rule.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first caller that a policy with rules shuts out of each workload."""
    if policy.action not in {"ALLOW", "DENY"} or not policy.rules or policy.target_refs:
        return
    says = "admits only others" if policy.action == "ALLOW" else "denies it"
    for refused in mesh.clauses.refused_callers.callers(policy):
        if refused.call is not None:
            call = refused.call.call
            port = f" on port {call.port}" if call.port else ""
            who = refused.principal or "no identity, since it has no proxy"
            yield Finding(
                policy.spec.at("rules"),
                f"{refused.client.title} ({who}) calls {call.host.host}{port}, and this policy "
                f"{says}: it gets 403",
            ).also(refused.place, "calls it")
