"""An annotation looks like one of Istio's, but Istio has none of that name.

Nothing reads it, so that the behaviour it asks for never comes.

Fix: correct the name, or remove the annotation.
"""

from collections.abc import Iterator

from meshctl.istio.annotations import closest, is_label
from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rename, rule


@rule(
    on=Resource, severity=Severity.WARNING, equivalents=("IST0108",), since="0.1.0", hazard=True,
    holds=("annotations",),
)  # fmt: skip
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report annotations below istio.io that the registry doesn't have."""
    for use in mesh.injection.annotations.of(resource):
        if use.definition is not None:
            continue
        hint, edits = "", []
        if is_label(use.name):
            hint = "; that is a label, which Istio reads from metadata.labels alone"
        elif closest(use.name):
            hint = f"; did you mean {closest(use.name)}?"
            beside = resource.child(*map(str, use.ref.path[:-1])).data
            edits = [rename(use.ref, closest(use.name))] if closest(use.name) not in beside else []
        yield Finding(
            use.ref, f"Istio has no annotation {use.name}, so nothing reads it{hint}"
        ).fixed_by(*edits, safe=False)
