"""The selector of a Service picks no pod, and pods of nearly these labels are there.

A Service without endpoints answers nothing: sidecars and gateways give `503 UH` (no healthy
upstream), clients without a sidecar get no connection.

Fix: write labels that the pods have into `spec.selector` of the Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Service
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=Service, severity=Severity.ERROR, since="0.1.0")
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors that miss all workloads, and one by a label."""
    near = mesh.workloads.endpoints.nearly_selected(service)
    if near is None:
        return
    missed = service.selector.items() - near.pod_labels.items()
    wanted = ", ".join(f"{key}={text}" for key, text in sorted(missed))
    edits = [
        put(service.spec.at("selector", key), near.pod_labels[key])
        for key, _ in sorted(missed)
        if key in near.pod_labels
    ]
    finding = Finding(
        service.spec.at("selector"),
        f"no pod of namespace {service.namespace} has the label {wanted}; those of {near.title} "
        "have nearly all of the selector: requests get 503 no healthy upstream",
        severity=None if mesh.is_whole else Severity.WARNING,
    ).also(near.template.at("metadata", "labels"), "what the pods have")
    yield finding.fixed_by(*edits, safe=False) if len(edits) == len(missed) else finding
