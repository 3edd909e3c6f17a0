"""An AuthorizationPolicy asks who the client is where mutual TLS is off.

Without mutual TLS there is no certificate, so a client has neither principal nor namespace. An
ALLOW rule by them lets nobody in (`403 RBAC: access denied`), a DENY rule refuses nobody.

Fix: make the PeerAuthentication PERMISSIVE or STRICT, or tell clients by address or token.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import EffectiveMode, Mode, identity_parts
from meshctl.mesh.workloads import Membership
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, equivalents=("KIA0105",), since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report identities where all workloads that the policy reaches have mutual TLS off."""
    if policy.target_refs or (decider := _disabled_by(policy, mesh)) is None:
        return
    for ref, what in identity_parts(policy):
        finding = Finding(ref, f"{what} never matches: mutual TLS is off for these workloads")
        yield finding.also(decider.ref, "turns it off") if decider.ref else finding


def _disabled_by(policy: AuthorizationPolicy, mesh: Mesh) -> EffectiveMode | None:
    """What turns mutual TLS off for the first workload, if it is off for all of them."""
    demands = mesh.security.peer_authentications
    first: EffectiveMode | None = None
    for workload in mesh.security.authorization.reached(policy):
        demand = demands.of_workload(workload)
        # HBONE authenticates whatever PeerAuthentications say; a port may have a mode of its own.
        is_ambient = mesh.workloads.membership(workload) is Membership.AMBIENT
        has_ports = any(
            peer_authentication.port_modes for peer_authentication in demands.for_workload(workload)
        )
        if demand.mode is not Mode.DISABLE or is_ambient or has_ports:
            return None
        first = first or demand
    if (
        first is None
        and policy.is_namespace_wide
        and not mesh.security.authorization.is_mesh_wide(policy)
    ):
        demand = demands.of_namespace(policy.namespace)
        return demand if demand.mode is Mode.DISABLE else None
    return first
