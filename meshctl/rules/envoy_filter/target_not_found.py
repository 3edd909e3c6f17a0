"""An EnvoyFilter is for a Gateway or Service that isn't there.

`targetRefs` name a Gateway of the Gateway API, a Service or a ServiceEntry of the EnvoyFilter's own namespace. If there is
none of that name, no proxy gets the patches.

Fix: write the name of an object of this namespace, or move the EnvoyFilter to the namespace of its target.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=EnvoyFilter, severity=Severity.ERROR, since="0.1.0", holds=("targetRefs",))
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report targets that the input shows to be missing."""
    for target in envoy_filter.target_refs:
        if not target.name or mesh.clauses.waypoint_bypass.is_there(target):
            continue
        known = mesh.knows.all_of(target.kind, envoy_filter.namespace)
        if known:
            where = f"namespace {envoy_filter.namespace} has no {target.kind} {quoted(target.name)}"
            yield Finding(target.at("name"), f"{where}, so that nothing is patched")
        else:
            yield NotChecked(known.reason)
