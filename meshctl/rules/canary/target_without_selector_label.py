"""A Canary names a Deployment that Flagger can't copy, as none of its labels may be changed.

Flagger tells the copy from its target by one of the labels `app`, `name` and
`app.kubernetes.io/name` in `spec.selector.matchLabels`. A Deployment with none of them is never
copied, so that there is no Service and no route.

Fix: select the pods by one of these labels, or name yours in Flagger's `-selector-labels`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Canary
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Canary, severity=Severity.WARNING, since="0.1.0")
def check(canary: Canary, mesh: Mesh) -> Iterator[Outcome]:
    """Report targets in the input; Flagger's arguments, which may name other labels, are elsewhere."""
    target = mesh.traffic.canaries.target(canary)
    if target is None or target.kind != "Deployment" or canary.label_of(target):
        return
    labels = target.spec.child("selector").labels_of("matchLabels")
    has = ", ".join(labels) or "no label"
    yield Finding(
        canary.target.at("name"),
        f"{target.title} selects its pods by {has}, and Flagger copies only by app, name or "
        "app.kubernetes.io/name: it makes no copy, no Service and no route",
    ).also(target.spec.at("selector"), "selects by other labels")
