"""Mutual TLS is turned off for workloads in ambient mode.

ztunnel has no such mode: DISABLE acts as PERMISSIVE. Other pods of the mesh still reach these with
mutual TLS, and plaintext is taken as well.

Fix: write PERMISSIVE, which is what happens; or take the pods out of ambient mode with the label
`istio.io/dataplane-mode: none`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import PeerAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=PeerAuthentication, severity=Severity.INFO, since="0.1.0")
def check(policy: PeerAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report DISABLE where all known workloads of the policy are in ambient mode."""
    is_mesh_wide = policy.namespace == mesh.config.root_namespace
    if policy.mode != "DISABLE" or is_mesh_wide:
        return
    modes = mesh.workloads.memberships(policy.selector, policy.namespace)
    if modes - {Membership.NONE} == {Membership.AMBIENT}:
        yield Finding(
            policy.spec.at("mtls", "mode"),
            "the workloads are in ambient mode, where DISABLE acts as PERMISSIVE",
        ).fixed_by(put(policy.spec.at("mtls", "mode"), "PERMISSIVE"), safe=False)
