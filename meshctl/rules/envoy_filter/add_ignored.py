"""An EnvoyFilter uses ADD where Istio doesn't add.

A route configuration, or a route by ADD, is not added: the patch is ignored.

Fix: for a route use INSERT_FIRST, INSERT_BEFORE or INSERT_AFTER; for a route configuration use
MERGE.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_ignored
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_CEL = (
    "!has(object.spec.configPatches) || object.spec.configPatches.all(p, !has(p.patch) || "
    "!has(p.patch.operation) || p.patch.operation != 'ADD' || !(has(p.applyTo) && p.applyTo "
    "in ['ROUTE_CONFIGURATION', 'HTTP_ROUTE']))"
)


@rule(on=EnvoyFilter, severity=Severity.ERROR, equivalents=("IST0153",), since="0.1.0", cel=_CEL)
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report ignored ADD patches."""
    for patch in envoy_filter.patches:
        if patch.operation == "ADD" and is_ignored(patch):
            place = patch.at("patch", "operation")
            instead = "MERGE" if patch.apply_to == "ROUTE_CONFIGURATION" else "INSERT_FIRST"
            yield Finding(place, f"ADD is ignored for {patch.apply_to}").fixed_by(
                put(place, instead), safe=False
            )
