"""An AuthorizationPolicy reaches no workload of the mesh.

It guards nothing: what an ALLOW policy was to shut stays open, and what a DENY policy was to refuse
is let in. A workload without a sidecar, and outside ambient mode, is guarded by nothing either.

Fix: write labels that the pods carry, or take the workload into the mesh.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(
    on=AuthorizationPolicy, severity=Severity.WARNING, equivalents=("IST0127", "KIA0004"),
    since="0.1.0",
)  # fmt: skip
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report policies whose workloads are known to be none."""
    wide = mesh.security.authorization.is_mesh_wide(policy)
    if (
        policy.target_refs
        or (wide and not policy.selector)
        or mesh.security.authorization.reached(policy)
    ):
        return
    home = None if wide else policy.namespace
    if mesh.registry.has_other_pods(policy.selector, home):
        return
    picked = mesh.security.authorization.picked(policy)
    known = mesh.knows.all_of("Pod", home)
    place = policy.spec.at("selector", "matchLabels")
    if not policy.selector:
        place = policy.at("metadata", "name")
    if picked and known:
        yield Finding(
            place,
            f"{picked[0].title} is outside the mesh, so nothing enforces this policy there",
        ).also(picked[0].at("metadata", "name"), "has neither a sidecar nor ambient mode")
    elif known:
        where = "the mesh" if wide else f"namespace {policy.namespace}"
        why = f"no workload of {where} has these labels"
        if not policy.selector:
            why = f"{where} has no workload"
        yield Finding(place, f"{why}, so this policy guards nothing")
    else:
        yield NotChecked(known.reason)
