"""An annotation of Istio is written as a label, where nothing reads it.

Istio reads its annotations from `metadata.annotations` alone: the behaviour that is asked for never
comes.

Fix: write the annotation below `metadata.annotations`, of the pod template where it is for pods.
"""

from collections.abc import Iterator

from meshctl.istio.annotations import is_annotation
from meshctl.mesh import Mesh
from meshctl.resources import Resource, View, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0", holds=("labels",))
def check(resource: Resource, _: Mesh) -> Iterator[Outcome]:
    """Report labels that Istio defines as annotations alone."""
    for metadata in _metadata(resource):
        for name in metadata.labels_of("labels"):
            if is_annotation(name):
                yield Finding(
                    metadata.key("labels", name),
                    f"{name} is an annotation: as a label nothing reads it",
                )


def _metadata(resource: Resource) -> Iterator[View]:
    yield resource.child("metadata")
    if isinstance(resource, Workload) and resource.kind != "Pod":
        yield resource.template.child("metadata")
