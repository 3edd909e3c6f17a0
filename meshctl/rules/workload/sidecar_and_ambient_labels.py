"""A pod asks for a sidecar and for ambient mode at once.

The webhook injects the sidecar, and a pod with a sidecar is not redirected to ztunnel. So the
ambient label has no effect, nor has a waypoint for the pod's own inbound traffic.

Fix: keep `istio.io/dataplane-mode: ambient` or `sidecar.istio.io/inject: "true"`, not both.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import REDIRECTION
from meshctl.istio.labels import DATAPLANE_MODE, INJECT
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import wants_sidecar
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(
    on=Workload,
    severity=Severity.WARNING,
    equivalents=("KIA1311", "KIA1314"),
    since="0.1.0",
    hazard=True,
)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report pods whose own metadata says both."""
    if workload not in mesh.workloads or not wants_sidecar(workload):
        return
    metadata = workload.template.child("metadata")
    inject = "labels" if INJECT in workload.pod_labels else "annotations"
    asks = metadata.key(inject, INJECT)
    if workload.pod_labels.get(DATAPLANE_MODE) == "ambient":
        yield (
            Finding(
                metadata.key("labels", DATAPLANE_MODE),
                "the pod gets a sidecar too, so that ambient mode has no effect",
            )
            .also(asks, "asks for the sidecar")
            .fixed_by(delete(metadata.key("labels", DATAPLANE_MODE)), safe=False)
        )
    elif workload.pod_annotations.get(REDIRECTION) == "enabled":
        yield Finding(
            metadata.key("annotations", REDIRECTION),
            "ztunnel carries this pod's traffic although it asks for a sidecar",
        ).also(asks, "asks for the sidecar")
