"""A policy is for the class of all waypoints, and doesn't lie in the root namespace.

`targetRefs` of kind GatewayClass are for every waypoint of the mesh, and count in the root namespace alone. Anywhere else the
policy attaches to nothing: what it was to refuse is let in.

Fix: move the policy to the root namespace, or name the Gateway of the namespace's own waypoint.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Policy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Policy, severity=Severity.ERROR, since="0.1.0", needs=("targetRefs", "targetRef"))
def check(policy: Policy, mesh: Mesh) -> Iterator[Outcome]:
    """Report targets of kind GatewayClass (ShouldAttachPolicy, pilot/pkg/model/policyattachment.go, Istio 1.31)."""
    root = mesh.config.root_namespace
    if policy.namespace == root or mesh.config.doubt:
        return
    for target in policy.target_refs:
        if target.kind == "GatewayClass":
            yield Finding(
                target.at("kind"),
                f"a GatewayClass is a target in the root namespace, {root}, alone: this {policy.kind} holds nowhere",
            )
