"""A pod's label about the sidecar says one thing and its annotation another.

The injector reads the label `sidecar.istio.io/inject` and, only where there is none, the deprecated
annotation of the same name. The label wins; whoever wrote the annotation gets the opposite.

Fix: remove the annotation `sidecar.istio.io/inject` from the pod template.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECT
from meshctl.mesh import Mesh
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule
from meshctl.words import quoted


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0", hazard=True)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report annotations that the label beside them overrules."""
    label, annotation = workload.pod_labels.get(INJECT), workload.pod_annotations.get(INJECT)
    if workload not in mesh.workloads or label is None or annotation in {None, label}:
        return
    metadata = workload.template.child("metadata")
    yield (
        Finding(
            metadata.at("annotations", INJECT),
            f"the label of this name says {quoted(label)} and counts; {quoted(annotation)} has no effect",
        )
        .also(metadata.at("labels", INJECT), "counts")
        .fixed_by(delete(metadata.at("annotations", INJECT)))
    )
