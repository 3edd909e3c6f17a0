"""A RequestAuthentication reaches no workload.

Tokens are checked nowhere: requests with an expired or forged token are let in, and claims are
missing for the policies and routes that ask for them.

Fix: write labels that the pods carry, those of the pod template.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import RequestAuthentication
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=RequestAuthentication, severity=Severity.WARNING, equivalents=("KIA0004",), since="0.1.0")
def check(policy: RequestAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors without any workload; in the root namespace they reach all namespaces."""
    wide = mesh.security.authorization.is_mesh_wide(policy)
    if not policy.selector or policy.target_refs or mesh.security.authorization.picked(policy):
        return
    home = None if wide else policy.namespace
    if mesh.registry.has_other_pods(policy.selector, home):
        return
    where = "all namespaces" if wide else f"namespace {policy.namespace}"
    known = mesh.knows.all_of("Pod", home)
    if known:
        yield Finding(
            policy.spec.at("selector", "matchLabels"),
            f"no workload of {where} has these labels, so tokens are checked nowhere",
        )
    else:
        yield NotChecked(known.reason)
