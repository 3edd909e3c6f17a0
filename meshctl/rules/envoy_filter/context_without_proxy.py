"""A patch is for another kind of proxy than the selector picks.

Context GATEWAY is for gateways, SIDECAR_INBOUND and SIDECAR_OUTBOUND are for sidecars. A patch
whose context fits to none of the selected workloads is never applied.

Fix: correct `context`, or the labels of `workloadSelector`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=EnvoyFilter, severity=Severity.WARNING, since="0.1.0")
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report patches that no known workload of the selector has the context for."""
    for patch in envoy_filter.patches:
        workload = mesh.workloads.envoy_filters.lacks_context(envoy_filter, patch)
        if workload is not None:
            is_for = "gateways" if patch.context == "GATEWAY" else "sidecars"
            finding = Finding(
                patch.at("match", "context"),
                f"{patch.context} is for {is_for}, and the selector picks {workload.title}, which "
                "is none",
            ).also(workload.at("metadata", "name"), "is selected")
            if is_gateway(workload):
                finding = finding.fixed_by(put(patch.at("match", "context"), "GATEWAY"), safe=False)
            yield finding
