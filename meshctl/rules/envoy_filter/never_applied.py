"""A patch is for `BOOTSTRAP`, or for the context `WAYPOINT`, which istiod patches nowhere.

Both are in the API, and neither is read: proxies have got no patches of their bootstrap since its experiment ended, and
waypoints are patched in the contexts of sidecars. The patch is left out without a word.

Fix: for a waypoint write `context: SIDECAR_INBOUND`, `SIDECAR_OUTBOUND` or `ANY`; a bootstrap is changed by the
annotation `sidecar.istio.io/bootstrapOverride` of the pod.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_never_applied
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=EnvoyFilter, severity=Severity.WARNING, since="0.1.0")
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report patches that no proxy ever gets."""
    for patch in envoy_filter.patches:
        if is_never_applied(patch):
            is_context = patch.apply_to != "BOOTSTRAP"
            place = patch.at("match", "context") if is_context else patch.at("applyTo")
            what = "context WAYPOINT" if is_context else "BOOTSTRAP"
            yield Finding(place, f"{what} is patched by no istiod, so that this patch is left out")
