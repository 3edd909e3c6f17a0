"""An EnvoyFilter uses REPLACE where Istio only replaces filters.

REPLACE is for HTTP_FILTER, NETWORK_FILTER, LISTENER_FILTER and VIRTUAL_HOST. Elsewhere the patch is ignored and
Envoy keeps what istiod generated.

Fix: use MERGE in `patch.operation`, or two patches with REMOVE and ADD.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_ignored
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_CEL = (
    "!has(object.spec.configPatches) || object.spec.configPatches.all(p, !has(p.patch) || "
    "!has(p.patch.operation) || p.patch.operation != 'REPLACE' || (has(p.applyTo) && "
    "p.applyTo in ['NETWORK_FILTER', 'HTTP_FILTER', 'LISTENER_FILTER', 'VIRTUAL_HOST', 'BOOTSTRAP']))"
)


@rule(on=EnvoyFilter, severity=Severity.ERROR, equivalents=("IST0152",), since="0.1.0", cel=_CEL)
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report ignored REPLACE patches."""
    for patch in envoy_filter.patches:
        if patch.operation == "REPLACE" and is_ignored(patch):
            yield Finding(
                patch.at("patch", "operation"),
                f"REPLACE is ignored for {patch.apply_to}; it works on filters and virtual hosts",
            ).fixed_by(put(patch.at("patch", "operation"), "MERGE"), safe=False)
