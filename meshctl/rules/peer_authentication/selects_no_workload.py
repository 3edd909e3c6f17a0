"""A PeerAuthentication's selector picks no workload.

Its mode holds for nobody: the workloads it was meant for keep the mode of their namespace or of
the mesh, and stay as open, or as closed, as they were.

Fix: write labels that the pods carry, those of the pod template.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import PeerAuthentication
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=PeerAuthentication, severity=Severity.WARNING, equivalents=("KIA0004",), since="0.1.0")
def check(policy: PeerAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors without a workload; those of the root namespace have a rule of their own."""
    home = policy.namespace
    if not policy.selector or home == mesh.config.root_namespace:
        return
    if mesh.workloads.find(policy.selector, home) or mesh.registry.has_other_pods(
        policy.selector, home
    ):
        return
    known = mesh.knows.all_of("Pod", home)
    if not known:
        yield NotChecked(known.reason)
        return
    yield Finding(
        policy.spec.at("selector", "matchLabels"),
        f"no workload of namespace {home} has these labels, so mode {policy.mode or 'UNSET'} "
        "holds for nobody",
    )
