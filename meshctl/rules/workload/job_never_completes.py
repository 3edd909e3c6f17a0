"""A Job runs an ordinary sidecar that nobody stops.

A Job is complete when all containers of its pod have ended. Its own container ends, the sidecar
goes on: the pod stays `NotReady` for ever, the Job never completes, and a CronJob with
`concurrencyPolicy: Forbid` never runs again. Native sidecars are stopped by the kubelet.

Fix: use native sidecars (`sidecar.istio.io/nativeSidecar: "true"`; the default since Istio 1.27 on
Kubernetes 1.33), end the command with a POST to `localhost:15020/quitquitquit`, or leave the Job
out of the mesh by the label `sidecar.istio.io/inject: "false"`.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import NATIVE_SIDECAR
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership, stops_sidecar
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0", hazard=True)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report Jobs whose sidecar is surely not a native one, and that don't stop it."""
    if workload.kind not in {"Job", "CronJob"} or workload not in mesh.workloads:
        return
    if mesh.workloads.membership(workload) is not Membership.SIDECAR:
        return
    if not mesh.injection.control_plane.is_sidecar_ordinary(workload):
        return
    if not any(stops_sidecar(container) for container in workload.containers):
        yield Finding(
            workload.at("metadata", "name"),
            "the sidecar of this Job is an ordinary container, and nothing stops it when the work "
            "is done: the Job never completes",
        ).fixed_by(
            put(workload.template.at("metadata", "annotations", NATIVE_SIDECAR), "true"), safe=False
        )
