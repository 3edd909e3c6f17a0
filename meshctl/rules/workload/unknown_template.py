"""A pod asks for an injection template that the injector doesn't have.

The webhook answers `requested template "…" not found` and refuses the pod, so that its Deployment
makes none.

Fix: take one of the templates that the message names, or add yours to the values of the injector
under `sidecarInjectorWebhook.templates`.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import TEMPLATES
from meshctl.mesh import Mesh
from meshctl.mesh.injection import asked_templates
from meshctl.resources import Workload
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule
from meshctl.spelling import only_close
from meshctl.words import quoted

_SHIPPED = frozenset(
    {"sidecar", "gateway", "waypoint", "kube-gateway", "grpc-simple", "grpc-agent"}
)
"""Those of every installation of Istio (manifests/charts/istio-control/istio-discovery, 1.31)."""


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0", hazard=True)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that the injector's settings, if the input has them, don't list."""
    asked = asked_templates(workload)
    if not asked or not mesh.workloads.is_to_be_injected(workload):
        return
    known = mesh.injection.templates
    unknown = [name for name in asked if name not in known]
    if not known and _SHIPPED.issuperset(unknown):
        return
    if not known:
        yield NotChecked("the names of templates: the injector's ConfigMap is not in the input")
    elif unknown:
        finding = Finding(
            workload.template.at("metadata", "annotations", TEMPLATES),
            f"the injector has no template {quoted(unknown[0])} and refuses the pod; it has "
            f"{', '.join(sorted(known))}",
        )
        meant = [name if name in known else only_close(name, known) for name in asked]
        if all(meant):
            finding = finding.fixed_by(put(finding.ref, ",".join(meant)), safe=False)
        yield finding
