"""An init container calls the network before the sidecar runs.

With Istio's CNI plugin the pod's traffic is redirected from the start, also that of init
containers, to a sidecar that is started only after them (unless it is a native sidecar). Their
connections are refused, and the pod hangs in `Init:CrashLoopBackOff`.

Fix: use native sidecars (`sidecar.istio.io/nativeSidecar: "true"`), run the init container as user
1337, or exclude its destination by `traffic.sidecar.istio.io/excludeOutboundPorts` or
`excludeOutboundIPRanges`.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import NATIVE_SIDECAR
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import PROXY_UID, Membership, uses_network
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_OUTBOUND = ("OutboundPorts", "OutboundIPRanges")


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0", hazard=True)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report network commands of init containers where CNI and an ordinary sidecar are certain."""
    plane = mesh.injection.control_plane
    if not workload.init_containers or workload not in mesh.workloads:
        return
    if mesh.workloads.membership(workload) is not Membership.SIDECAR:
        return
    if not plane.has_cni or not plane.is_sidecar_ordinary(workload):
        return
    if any(name.endswith(_OUTBOUND) for name in workload.pod_annotations):
        return
    for container in workload.init_containers:
        user = container.child("securityContext").number("runAsUser")
        is_own = container.name.startswith("istio-") or container.text("restartPolicy") == "Always"
        call = uses_network(container)
        if call is not None and user != PROXY_UID and not is_own:
            yield Finding(
                call,
                f"init container {container.name} runs before the sidecar, and the CNI plugin "
                "redirects its connections to it: they are refused",
            ).fixed_by(
                put(workload.template.at("metadata", "annotations", NATIVE_SIDECAR), "true"),
                safe=False,
            )
