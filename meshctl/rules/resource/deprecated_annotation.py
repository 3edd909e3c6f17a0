"""An annotation is deprecated.

It still works in Istio 1.31, but a later version may stop reading it.

Fix: replace it. For `sidecar.istio.io/inject` use the label of the same name; for statistics a
`proxyStatsMatcher` in the annotation `proxy.istio.io/config`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECT
from meshctl.mesh import Mesh
from meshctl.resources import Ref, Resource
from meshctl.rules.api import Finding, Outcome, Severity, delete, put, rule


@rule(
    on=Resource, severity=Severity.INFO, equivalents=("IST0135",), since="0.1.0",
    holds=("annotations",),
)  # fmt: skip
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report deprecated annotations; the one for injection only without the label beside it."""
    for use in mesh.injection.annotations.of(resource):
        if use.definition is None or not use.definition.is_deprecated:
            continue
        if use.name != INJECT:
            yield Finding(use.ref, f"the annotation {use.name} is deprecated")
        elif INJECT not in use.labels:
            label = Ref(resource, (*use.ref.path[:-2], "labels", INJECT))
            finding = Finding(
                use.ref, f"the annotation {INJECT} is deprecated; use the label of the same name"
            )
            is_read = use.kind == "Pod" and use.value in {"true", "false"}
            edits = [put(label, use.value), delete(use.ref)] if is_read else []
            yield finding.fixed_by(*edits, safe=use.value == "false")
