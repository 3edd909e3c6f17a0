"""A RequestAuthentication reaches no workload of the mesh.

Tokens are checked nowhere: requests with an expired or forged token are let in, and claims are
missing for the policies and routes that ask for them. A pod outside the mesh has no proxy that checks any.

Fix: write labels that the pods carry, those of the pod template, or take the workload into the mesh.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import RequestAuthentication
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=RequestAuthentication, severity=Severity.WARNING, equivalents=("KIA0004",), since="0.1.0")
def check(policy: RequestAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors without a pod of the mesh; in the root namespace they reach all namespaces."""
    wide = mesh.security.authorization.is_mesh_wide(policy)
    if not policy.selector or policy.target_refs or mesh.security.authorization.reached(policy):
        return
    home = None if wide else policy.namespace
    if mesh.registry.has_other_pods(policy.selector, home):
        return
    where = "all namespaces" if wide else f"namespace {policy.namespace}"
    why = f"no workload of {where} has these labels"
    if picked := mesh.security.authorization.picked(policy):
        why = f"{picked[0].title} is outside the mesh"
    known = mesh.knows.all_of("Pod", home)
    if known:
        yield Finding(
            policy.spec.at("selector", "matchLabels"),
            f"{why}, so tokens are checked nowhere",
        )
    else:
        yield NotChecked(known.reason)
