"""An EnvoyFilter is for workloads of ambient mode.

They have no Envoy that it could patch: ztunnel doesn't read EnvoyFilters, and waypoints take them
by `targetRefs` alone. What it was to add, such as a rate limit or an authorization, doesn't happen.

Fix: remove the EnvoyFilter, or do the same at a waypoint with an AuthorizationPolicy, a WasmPlugin or an
EnvoyFilter with `targetRefs`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=EnvoyFilter, severity=Severity.WARNING, since="0.1.0")
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report EnvoyFilters whose workloads are all in ambient mode."""
    if mesh.workloads.envoy_filters.is_mesh_wide(envoy_filter):
        return
    reached = mesh.workloads.envoy_filters.reached(envoy_filter)
    modes = mesh.workloads.memberships_among(reached)
    if Membership.AMBIENT in modes and modes <= {Membership.AMBIENT, Membership.NONE}:
        first = next(one for one in reached if mesh.workloads.membership(one) is Membership.AMBIENT)
        yield Finding(
            envoy_filter.at("metadata", "name"),
            f"{first.title} is in ambient mode, so there is no Envoy that this EnvoyFilter could patch",
        ).also(first.at("metadata", "name"), "is reached by the EnvoyFilter")
