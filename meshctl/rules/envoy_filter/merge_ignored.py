"""An EnvoyFilter merges where Istio doesn't merge.

Filters know MERGE, but not MERGE_AND_REPLACE_LIST, and extensions know neither: the patch is ignored.

Fix: use MERGE for a filter, or REPLACE where the whole filter is to be another one; ADD an extension.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_ignored
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_MERGES = frozenset({"MERGE", "MERGE_AND_REPLACE_LIST"})


@rule(on=EnvoyFilter, severity=Severity.ERROR, since="0.1.0")
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report ignored merges."""
    for patch in envoy_filter.patches:
        if patch.operation in _MERGES and is_ignored(patch):
            place = patch.at("patch", "operation")
            instead = "ADD" if patch.apply_to == "EXTENSION_CONFIG" else "MERGE"
            yield Finding(place, f"{patch.operation} is ignored for {patch.apply_to}").fixed_by(
                put(place, instead), safe=False
            )
