"""An EnvoyFilter uses REMOVE where Istio doesn't remove.

Route configurations and extensions stay: the patch is ignored, so that what was to go is still served. Routes,
other than Istio's documentation says, are removed.

Fix: remove the virtual host or the route, or change the object that they come from.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_ignored
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule

_CEL = (
    "!has(object.spec.configPatches) || object.spec.configPatches.all(p, !has(p.patch) || "
    "!has(p.patch.operation) || p.patch.operation != 'REMOVE' || !(has(p.applyTo) && "
    "p.applyTo in ['ROUTE_CONFIGURATION', 'EXTENSION_CONFIG']))"
)


@rule(on=EnvoyFilter, severity=Severity.ERROR, equivalents=("IST0154",), since="0.1.0", cel=_CEL)
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report ignored REMOVE patches."""
    for patch in envoy_filter.patches:
        if patch.operation == "REMOVE" and is_ignored(patch):
            yield Finding(
                patch.at("patch", "operation"), f"REMOVE is ignored for {patch.apply_to}"
            ).fixed_by(delete(patch.at()), safe=False)
