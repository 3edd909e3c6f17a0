"""A NetworkPolicy keeps sidecars, or the API server, from istiod.

Sidecars of all namespaces get their certificates and configuration on port 15012 of istiod's pods, and
the API server asks it on 15017 to inject pods and to check objects. Where no rule lets them in, pods
never become ready, or none can be made (`failed calling webhook`). The API server is no pod: a rule
with `from: podSelector` or `namespaceSelector` never lets it in.

Fix: let all namespaces in to port 15012, and add a rule for port 15017 without `from`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import peer_of
from meshctl.mesh.workloads import (
    CONTROL_PLANE_PORT,
    INGRESS,
    OUTSIDE,
    Membership,
    is_control_plane,
)
from meshctl.resources import NetworkPolicy, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule

_WEBHOOKS = 15017


@rule(on=NetworkPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first sidecar, or the API server, that nothing lets in to istiod."""
    policies = mesh.workloads.network_policies
    for istiod in policies.first_for(policy, INGRESS):
        if not is_control_plane(istiod):
            continue
        shut = []
        client = next(_clients(istiod, mesh), None)
        if client is not None:
            shut.append(f"the sidecar of {client.title} (port {CONTROL_PLANE_PORT})")
        if policies.admits(istiod, INGRESS, OUTSIDE, _WEBHOOKS) is False:
            shut.append(f"the API server (port {_WEBHOOKS})")
        if shut:
            yield Finding(
                policy.spec.key("ingress"),
                f"no NetworkPolicy lets {' or '.join(shut)} in to {istiod.title}",
                severity=None if mesh.is_whole else Severity.WARNING,
            )


def _clients(istiod: Workload, mesh: Mesh) -> Iterator[Workload]:
    """Walk the workloads with a sidecar that istiod's pods don't hear."""
    policies = mesh.workloads.network_policies
    for workload in mesh.workloads:
        is_client = (
            workload is not istiod and mesh.workloads.membership(workload) is Membership.SIDECAR
        )
        if is_client and (
            policies.admits(istiod, INGRESS, peer_of(workload), CONTROL_PLANE_PORT) is False
        ):
            yield workload
