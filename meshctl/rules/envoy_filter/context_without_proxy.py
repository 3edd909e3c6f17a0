"""A patch is for another kind of proxy than the selector picks, or the namespace has.

Context GATEWAY is for gateways, SIDECAR_INBOUND and SIDECAR_OUTBOUND are for sidecars. A patch
whose context fits to none of the selected workloads is never applied. An EnvoyFilter reaches the
proxies of its own namespace alone, unless that is the root namespace.

What `targetRefs` name has one context: a waypoint those of sidecars, any other Gateway GATEWAY.

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
    yield from _of_targets(envoy_filter, mesh)
    home = envoy_filter.namespace
    for patch in envoy_filter.patches:
        workload = mesh.workloads.envoy_filters.lacks_context(envoy_filter, patch)
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


def _of_targets(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report patches that none of the Gateways has the context for which `targetRefs` name."""
    refs, home = envoy_filter.target_refs, envoy_filter.namespace
    names = [ref.name for ref in refs if ref.kind == "Gateway"]
    targets = [gateway for name in names for gateway in mesh.reference_grants.named(home, name)]
    for patch in envoy_filter.patches if len(targets) == len(refs) > 0 else ():
        if mesh.workloads.envoy_filters.lost_at(patch, targets):
            is_waypoint = targets[0].is_waypoint
            are = "waypoints, which are patched as sidecars" if is_waypoint else "no sidecars"
            text = f"{patch.context} is for others: the targets are {are}"
            place = targets[0].at("metadata", "name")
            yield Finding(patch.at("match", "context"), text).also(place, "is one of them")
