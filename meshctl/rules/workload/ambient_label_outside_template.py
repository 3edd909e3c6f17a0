"""The label of ambient mode is on the workload instead of its pod template.

ztunnel takes pods by `istio.io/dataplane-mode` of the pod or of its namespace. On the Deployment itself, or on the Jobs of a
CronJob, the label changes nothing: the namespace decides.

Fix: move the label to `spec.template.metadata.labels`, in a CronJob to `spec.jobTemplate.spec.template.metadata.labels`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import DATAPLANE_MODE
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, put, rule
from meshctl.words import quoted


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0", needs=(DATAPLANE_MODE,))
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report labels that the pods lack, unless they are as it asks for anyway."""
    for _, metadata in workload.outer_metadata:
        mode = metadata.labels_of("labels").get(DATAPLANE_MODE)
        if mode is None or DATAPLANE_MODE in workload.pod_labels:
            continue
        membership = mesh.workloads.membership(workload)
        is_ambient = membership is Membership.AMBIENT
        if membership is Membership.UNKNOWN or is_ambient == (mode == "ambient"):
            continue
        place = metadata.at("labels", DATAPLANE_MODE)
        pod = workload.template.at("metadata", "labels", DATAPLANE_MODE)
        yield Finding(
            place,
            f"ztunnel reads this label of pods and namespaces alone: {quoted(mode)} has no effect here, and "
            f"the pods are {'' if is_ambient else 'not '}in ambient mode",
        ).fixed_by(delete(place), put(pod, mode), safe=False)
