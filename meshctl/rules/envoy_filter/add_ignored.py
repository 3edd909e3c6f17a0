"""An EnvoyFilter uses ADD where Istio doesn't add.

Route configurations are not added, and INSERT_FIRST, INSERT_BEFORE and INSERT_AFTER are ADD for them: the patch is
ignored. Routes, other than Istio's documentation says, are added.

Fix: use MERGE for a route configuration, or add what it is to hold: a virtual host or a route.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_ignored, operation_done
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_CEL = (
    "!has(object.spec.configPatches) || object.spec.configPatches.all(p, !has(p.patch) || "
    "!has(p.patch.operation) || !(p.patch.operation in ['ADD', 'INSERT_FIRST', 'INSERT_BEFORE', "
    "'INSERT_AFTER']) || !(has(p.applyTo) && p.applyTo == 'ROUTE_CONFIGURATION'))"
)


@rule(on=EnvoyFilter, severity=Severity.ERROR, equivalents=("IST0153",), since="0.1.0", cel=_CEL)
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report ignored ADD patches."""
    for patch in envoy_filter.patches:
        if operation_done(patch) == "ADD" and is_ignored(patch):
            place = patch.at("patch", "operation")
            yield Finding(place, f"{patch.operation} is ignored for {patch.apply_to}").fixed_by(
                put(place, "MERGE"), safe=False
            )
