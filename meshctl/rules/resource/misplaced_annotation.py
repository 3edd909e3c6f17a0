"""An annotation of Istio is on a kind of object where nothing reads it.

Most of them belong on pods. On a Deployment itself instead of its pod template they change
nothing: the pods that are made of the template don't carry them.

Fix: move the annotation to the kind that the message names, in a Deployment to `spec.template.metadata.annotations`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource, Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, put, rule
from meshctl.words import with_article


@rule(
    on=Resource, severity=Severity.WARNING, equivalents=("IST0107",), since="0.1.0", hazard=True,
    holds=("annotations",),
)  # fmt: skip
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report annotations whose definition doesn't list the kind."""
    for use in mesh.injection.annotations.of(resource):
        known = use.definition
        if known is None or known.fits(use.kind):
            continue
        where = " or ".join(known.kinds)
        if known.fits("Pod") and isinstance(resource, Workload) and use.kind != "Pod":
            where = "Pod, so in the pod template"
        edits = [delete(use.ref)]
        if where == "Pod, so in the pod template" and isinstance(resource, Workload):
            place = resource.template.at("metadata", "annotations", use.name)
            is_free = use.name not in resource.pod_annotations and use.value is not None
            edits += [put(place, use.value)] if is_free else []
        yield Finding(
            use.ref,
            f"{use.name} has no effect on {with_article(use.kind)}; Istio reads the annotation on {where}",
        ).fixed_by(*edits, safe=False)
