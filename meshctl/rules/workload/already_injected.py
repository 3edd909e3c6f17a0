"""A manifest holds a sidecar that was injected when it was written.

Its image, its settings and the rewritten probes are those of that day. Where no webhook injects the
pod again, an upgrade of Istio doesn't reach it; where one does, it merges its template with the old
sidecar, so that what a newer template leaves out stays. What the user wrote can hardly be told from
what was added.

Fix: keep the manifest as it was before (`meshctl kube-inject --uninject`) and inject it when it is
applied, or let the namespace's label do it.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import SIDECAR_STATUS
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_live
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=Workload,
    severity=Severity.INFO,
    since="0.1.0",
    hazard=True,
    renamed_from=("workload/injected-before",),
)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report the annotation that the injector leaves, in what is no running pod."""
    is_written = workload in mesh.workloads and not is_live(workload)
    if is_written and SIDECAR_STATUS in workload.pod_annotations:
        yield Finding(
            workload.template.child("metadata").key("annotations", SIDECAR_STATUS),
            "this pod template was injected before it was written here, so that its sidecar stays as it was",
        )
