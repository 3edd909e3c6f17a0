"""An AuthorizationPolicy asks who the client is where mutual TLS is off.

Without mutual TLS there is no certificate, so a client has neither principal nor namespace. An
ALLOW rule by them lets nobody in (`403 RBAC: access denied`), a DENY rule refuses nobody.

Fix: make the PeerAuthentication PERMISSIVE or STRICT, or tell clients by address or token.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.identity_use import identity_parts
from meshctl.mesh.injection import Membership
from meshctl.mesh.peer_authentication import Mode
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, equivalents=("KIA0105",), since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report identities where all workloads that the policy reaches have mutual TLS off."""
    if policy.target_refs:
        return
    workloads = mesh.authorization.reached(policy)
    if any(mesh.workloads.membership(one) is Membership.AMBIENT for one in workloads):
        return  # HBONE authenticates whatever PeerAuthentications say
    demands = mesh.peer_authentications
    if any(one.port_modes for workload in workloads for one in demands.for_workload(workload)):
        return
    modes = [demands.of_workload(workload) for workload in workloads]
    if not modes and not policy.selector and not mesh.authorization.is_mesh_wide(policy):
        modes = [demands.of_namespace(policy.namespace)]
    if not modes or any(demand.mode is not Mode.DISABLE for demand in modes):
        return
    for ref, what in identity_parts(policy):
        finding = Finding(ref, f"{what} never matches: mutual TLS is off for these workloads")
        yield finding.also(modes[0].ref, "turns it off") if modes[0].ref else finding
