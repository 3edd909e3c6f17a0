"""A patch is for another kind of proxy than the selector picks, or the namespace has.

Context GATEWAY is for gateways, SIDECAR_INBOUND and SIDECAR_OUTBOUND are for sidecars. A patch
whose context fits to none of the selected workloads is never applied. An EnvoyFilter reaches the
proxies of its own namespace alone, unless that is the root namespace.

Fix: correct `context` or the labels of `workloadSelector`, or put the EnvoyFilter into the namespace
of the proxies.
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
        home = envoy_filter.namespace
        is_selected = bool(envoy_filter.workload_selector)
        shows_all = mesh.is_whole and not mesh.registry.has_other_pods({}, home)
        if workload is not None and (is_selected or shows_all):
            is_for = "gateways" if patch.context == "GATEWAY" else "sidecars"
            who = f"the selector picks {workload.title}, which is none"
            finding = Finding(
                patch.at("match", "context"),
                f"{patch.context} is for {is_for}, and "
                + (who if is_selected else f"namespace {home} has none"),
            ).also(workload.at("metadata", "name"), "is one of those it reaches")
            if is_gateway(workload):
                finding = finding.fixed_by(put(patch.at("match", "context"), "GATEWAY"), safe=False)
            yield finding
