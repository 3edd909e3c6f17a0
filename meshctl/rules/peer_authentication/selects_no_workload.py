"""A PeerAuthentication's selector picks no workload whose proxy reads it.

Its mode holds for nobody: the workloads it was meant for keep the mode of their namespace or of
the mesh, and stay as open, or as closed, as they were. A pod outside the mesh takes what its application
takes, and of a gateway the `tls` of the servers of its Gateways decides.

Fix: write labels that the pods carry, those of the pod template, or take the workload into the mesh.
"""

from collections.abc import Iterator, Sequence

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import PeerAuthentication, Workload
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=PeerAuthentication, severity=Severity.WARNING, equivalents=("KIA0004",), since="0.1.0")
def check(policy: PeerAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors without a workload that heeds them; the root namespace has a rule of its own for none."""
    home = policy.namespace
    if not policy.selector or mesh.registry.has_other_pods(policy.selector, home):
        return
    picked = mesh.workloads.find(policy.selector, home)
    why = _why_unheeded(policy, picked, mesh)
    if not why:
        return
    known = mesh.knows.all_of("Pod", home)
    if not known:
        yield NotChecked(known.reason)
        return
    asks = {policy.mode, *policy.port_modes.values()}
    severity = Severity.INFO if picked and "STRICT" not in asks else None
    text = f"{why}, so mode {policy.mode or 'UNSET'} holds for nobody"
    finding = Finding(policy.spec.at("selector", "matchLabels"), text, severity=severity)
    yield finding.also(picked[0].at("metadata", "name"), "is selected") if picked else finding


def _why_unheeded(policy: PeerAuthentication, picked: Sequence[Workload], mesh: Mesh) -> str:
    home = policy.namespace
    if not picked and home == mesh.config.root_namespace:
        return ""
    why = mesh.workloads.why_nobody(picked, policy.selector, home)
    if not why and all(map(is_gateway, picked)):
        return f"{picked[0].title} is a gateway, whose servers say what they take"
    return why
