"""The label that decides about the sidecar is on the workload instead of its pod template.

The injector sees pods, and pods have the labels of the template. On the Deployment itself, or on
the Jobs of a CronJob, `sidecar.istio.io/inject` changes nothing: the namespace decides.

Fix: move the label to `spec.template.metadata.labels`, in a CronJob to
`spec.jobTemplate.spec.template.metadata.labels`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECT
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import View, Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, put, rule
from meshctl.words import quoted


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0", hazard=True, holds=(INJECT,))
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report labels that the pods lack, unless they get what it asks for anyway."""
    if INJECT in workload.pod_labels or INJECT in workload.pod_annotations:
        return
    for _, metadata in workload.outer_metadata:
        wanted = metadata.labels_of("labels").get(INJECT)
        if wanted is not None:
            pod = workload.template.at("metadata", "labels", INJECT)
            for finding in _finding(metadata, wanted, mesh.workloads.membership(workload)):
                yield finding.fixed_by(delete(finding.ref), put(pod, wanted), safe=False)


def _finding(metadata: View, wanted: str, membership: Membership) -> Iterator[Finding]:
    if membership is (Membership.SIDECAR if wanted == "true" else Membership.NONE):
        return
    outcome = {
        Membership.SIDECAR: "get a sidecar", Membership.NONE: "get no sidecar",
        Membership.AMBIENT: "are in ambient mode",
    }.get(membership, "do as their namespace says")  # fmt: skip
    yield Finding(
        metadata.at("labels", INJECT),
        f"the injector reads this label on pods alone: {quoted(wanted)} has no effect here, and the pods "
        f"{outcome}",
    )
