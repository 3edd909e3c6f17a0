"""An object makes pods, but `kube-inject` doesn't know its kind.

`kube-inject` changes the pod templates of the kinds of Kubernetes, and of a few others, by group
and kind. Everything else it leaves as it is: a Service of Knative, a Job of Volcano or a CloneSet of
OpenKruise comes out without a sidecar. The injection webhook sees the pods themselves, whoever
makes them.

Fix: let the webhook inject these pods, by the label of their namespace or of their template.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0", hazard=True, holds=("containers",))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report pod templates of other kinds, where `kube-inject` is what is asked about."""
    if mesh.by_hand is None or isinstance(resource, Workload):
        return
    if resource.spec.child("template", "spec").has("containers"):
        yield Finding(
            resource.at("kind"),
            f"kube-inject doesn't know {resource.kind} ({resource.group}), so that its pods get no "
            "sidecar from it",
        )
