"""An EnvoyFilter of the root namespace has no selector.

It patches every proxy of the mesh, sidecars and gateways of all teams. A mistake in it, or a new
Istio version that names things differently, breaks all of them at once.

Fix: limit it with `workloadSelector` or `targetRefs`, or put it into the namespace it is for.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=EnvoyFilter, severity=Severity.INFO, since="0.1.0")
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report those that no selector limits, unless the config file gives them to the platform."""
    if not envoy_filter.patches or not mesh.workloads.envoy_filters.is_mesh_wide(envoy_filter):
        return
    if not mesh.ownership.is_platform(envoy_filter.namespace):
        yield Finding(
            envoy_filter.at("metadata", "name"),
            f"this EnvoyFilter is in the root namespace {envoy_filter.namespace} and has no selector, so it "
            "patches every proxy of the mesh",
        )
