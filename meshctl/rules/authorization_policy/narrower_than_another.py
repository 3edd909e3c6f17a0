"""An ALLOW rule is meant to limit who may call a workload, and a wider one lets them in.

A request needs to meet one rule of one ALLOW policy: rules and policies are alternatives, whatever
their selectors. A narrow rule for a workload therefore takes nothing from a wider one of its
namespace or of the mesh.

Fix: take the workload out of the wider policy (a selector, or `notPaths` and the like), or write
the limit as a DENY policy.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import covered_within, is_dry_run
from meshctl.mesh.security import matches_everything
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report a policy all of whose rules are within wider ones, for all of its workloads."""
    if policy.action != "ALLOW" or is_dry_run(policy):
        return
    for one, wide in covered_within(policy.rules):
        text = "another rule of this policy lets in all that this one does: rules are alternatives"
        yield Finding(one.at(), text).also(wide.at(), "lets in more")
    if not policy.rules or not policy.selector:
        return
    workloads = mesh.security.authorization.reached(policy)
    if not workloads or any(map(matches_everything, policy.rules)):
        return
    found = mesh.clauses.wider_rules.everywhere(policy)
    if found is not None:
        name = found.resource.key_name
        yield Finding(
            policy.spec.key("rules"),
            f"{name} lets in more than this policy asks for, and rules are alternatives: "
            f"{workloads[0].title} is as open as without this policy",
        ).also(found.at(), "lets in all that this policy does, and more")
