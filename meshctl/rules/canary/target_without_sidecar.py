"""A Canary is judged by metrics of Istio, and the pods of its target have no sidecar.

Flagger's checks `request-success-rate` and `request-duration` ask for what the sidecars of the
target report. Without them there is no value, so that no new version is ever promoted.

Fix: have the pods injected, or use metrics of your own.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import Canary
from meshctl.resources.view import View, views
from meshctl.rules.api import Finding, Outcome, Severity, rule

_BUILT_IN = frozenset({"request-success-rate", "request-duration"})


@rule(on=Canary, severity=Severity.WARNING, since="0.1.0")
def check(canary: Canary, mesh: Mesh) -> Iterator[Outcome]:
    """Report built-in checks of Canaries for Istio, where pods are surely outside the mesh."""
    provider = canary.spec.text("provider")
    target = mesh.traffic.canaries.target(canary)
    if target is None or provider not in ("", "istio"):
        return
    if mesh.workloads.membership(target) is not Membership.NONE:
        return
    for metric in views(canary.spec.child("analysis"), "metrics", View):
        if metric.text("name") in _BUILT_IN and not metric.has("templateRef"):
            yield Finding(
                metric.at("name"),
                f"{target.title} has no sidecar, which would report {metric.text('name')}: Flagger "
                "finds no value and promotes nothing",
                severity=None if provider else Severity.INFO,
            )
            return
