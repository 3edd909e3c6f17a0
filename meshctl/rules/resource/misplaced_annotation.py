"""An annotation of Istio is on a kind of object where nothing reads it.

Most of them belong on pods. On a Deployment itself instead of its pod template they change
nothing: the pods that are made of the template don't carry them.

Fix: move the annotation to the kind that the message names, in a Deployment to `spec.template.metadata.annotations`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import with_article


@rule(on=Resource, severity=Severity.WARNING, equivalents=("IST0107",), since="0.1.0", hazard=True)
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report annotations whose definition doesn't list the kind."""
    for use in mesh.injection.annotations.of(resource):
        known = use.definition
        if known is None or known.fits(use.kind):
            continue
        where = " or ".join(known.kinds)
        if known.fits("Pod") and isinstance(resource, Workload) and use.kind != "Pod":
            where = "Pod, so in the pod template"
        yield Finding(
            use.ref,
            f"{use.name} has no effect on {with_article(use.kind)}; Istio reads the annotation on {where}",
        )
