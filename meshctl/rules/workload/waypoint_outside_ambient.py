"""A pod asks for a waypoint, but it is not in ambient mode.

Waypoints get the traffic that ztunnel carries. A pod with a sidecar, or outside the mesh, is called
directly, so what the waypoint's policies deny still arrives.

Fix: put the pod into ambient mode (`istio.io/dataplane-mode: ambient`, no sidecar), or remove the
label `istio.io/use-waypoint`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import USE_WAYPOINT
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=Workload, severity=Severity.WARNING, equivalents=("KIA1312",), since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report pod labels for a waypoint on pods that are surely not in ambient mode."""
    name = workload.pod_labels.get(USE_WAYPOINT, "none")
    if name == "none" or workload not in mesh.workloads:
        return
    membership = mesh.workloads.membership(workload)
    if membership in {Membership.SIDECAR, Membership.NONE}:
        what = "has a sidecar" if membership.has_proxy else "is outside the mesh"
        yield Finding(
            workload.template.child("metadata").at("labels", USE_WAYPOINT),
            f"this pod {what} and is not in ambient mode, so waypoint {name} doesn't guard the pod",
        ).fixed_by(delete(workload.template.at("metadata", "labels", USE_WAYPOINT)), safe=False)
