"""A workload has a sidecar in a namespace of ambient mode.

Its traffic goes through the sidecar and not through ztunnel. That works, and is how a migration
looks half way; waypoints, and policies that attach to them, don't guard what sidecars send.

Fix: nothing while you migrate; afterwards remove the label `sidecar.istio.io/inject` or
`istio.io/rev` from the pod template and restart.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership, is_gateway
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.INFO, equivalents=("KIA1315", "KIA1316"), since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report sidecars, but no gateways, in ambient namespaces."""
    if workload not in mesh.workloads or not mesh.ambient.is_on(workload.namespace):
        return
    has_sidecar = mesh.workloads.membership(workload) is Membership.SIDECAR
    if has_sidecar and not is_gateway(workload) and workload.containers:
        yield Finding(
            workload.at("metadata", "name"),
            "this pod runs a sidecar in a namespace of ambient mode, so ztunnel and waypoints leave "
            "its traffic alone",
        )
