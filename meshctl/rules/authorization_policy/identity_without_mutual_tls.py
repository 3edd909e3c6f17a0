"""An AuthorizationPolicy asks who the client is where mutual TLS is off.

Without mutual TLS there is no certificate, so a client has neither principal nor namespace. An
ALLOW rule by them lets nobody in (`403 RBAC: access denied`), a DENY rule refuses nobody.

Fix: make the PeerAuthentication PERMISSIVE or STRICT, or tell clients by address or token.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import EffectiveMode, Mode, identity_parts
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
    workloads = mesh.security.authorization.reached(policy)
    if workloads:
        return demands.disabled_for(workloads)
    if policy.is_namespace_wide and not mesh.security.authorization.is_mesh_wide(policy):
        demand = demands.of_namespace(policy.namespace)
        return demand if demand.mode is Mode.DISABLE else None
    return None
