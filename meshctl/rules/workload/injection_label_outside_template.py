"""The label that decides about the sidecar is on the workload instead of its pod template.

The injector sees pods, and pods have the labels of the template. On the Deployment itself
`sidecar.istio.io/inject` changes nothing: the namespace decides.

Fix: move the label to `spec.template.metadata.labels`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import Membership
from meshctl.resources import Workload
from meshctl.resources.workload import INJECT
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report labels that the pods lack, unless they get what it asks for anyway."""
    wanted = workload.labels.get(INJECT)
    if workload.kind == "Pod" or wanted is None or INJECT in workload.pod_labels:
        return
    if INJECT in workload.pod_annotations:
        return
    membership = mesh.workloads.membership(workload)
    if membership is (Membership.SIDECAR if wanted == "true" else Membership.NONE):
        return
    outcome = {
        Membership.SIDECAR: "get a sidecar", Membership.NONE: "get no sidecar",
        Membership.AMBIENT: "are in ambient mode",
    }.get(membership, "do as their namespace says")  # fmt: skip
    yield Finding(
        workload.child("metadata").at("labels", INJECT),
        f"the injector reads this label on pods alone: {wanted!r} has no effect here, and the pods "
        f"{outcome}",
    )
