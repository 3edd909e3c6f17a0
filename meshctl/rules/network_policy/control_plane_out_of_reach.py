"""A NetworkPolicy keeps sidecars from istiod, or from the DNS that tells where it is.

A sidecar gets its certificate and configuration from istiod on port 15012. Where the egress of its
pod is limited and no rule opens the way, the pod never becomes ready; one that runs keeps its old
configuration until its certificate ends. `to: [{podSelector: {}}]` opens the own namespace alone, and the
DNS is in another one.

Fix: let the pods reach port 15012 of istiod's namespace, and port 53 of the DNS (UDP and TCP).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import CONTROL_PLANE_PORT, EGRESS, Membership
from meshctl.resources import NetworkPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=NetworkPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first workload with a sidecar that can't reach them."""
    policies = mesh.workloads.network_policies
    for workload in policies.first_for(policy, EGRESS):  # told once, at the oldest
        if mesh.workloads.membership(workload) is not Membership.SIDECAR:
            continue
        lacking = []
        if policies.reaches_control_plane(workload, mesh.config.root_namespace) is False:
            lacking.append(f"istiod (port {CONTROL_PLANE_PORT})")
        if not policies.reaches_dns(workload):
            lacking.append("the DNS (port 53)")
        if lacking:
            yield Finding(
                policy.spec.key("egress"),
                f"the sidecar of {workload.title} can't reach {' and '.join(lacking)}: it gets no "
                "configuration, and the pod never becomes ready",
                severity=None if mesh.is_whole else Severity.WARNING,
            )
            return
