"""A workload of the mesh calls another one whose policies never let it in.

The caller is known by the URLs in its containers and in the ConfigMaps that they read. When no
ALLOW rule of the called workload admits its identity and port, or a DENY rule names them, all its
requests get `403 RBAC: access denied`. A caller without a proxy has no identity.

Fix: add the caller to the sources of an ALLOW rule, or leave it out of the DENY rule.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ClientKind, Mode
from meshctl.mesh.workloads import Membership, TrafficCapture
from meshctl.resources import AuthorizationPolicy, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule

_WITH_IDENTITY = {ClientKind.SIDECAR, ClientKind.ZTUNNEL}
_IN_MESH = {Membership.SIDECAR, Membership.AMBIENT}


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first caller that a policy with rules shuts out of each workload."""
    if policy.action not in {"ALLOW", "DENY"} or not policy.rules or policy.target_refs:
        return
    declared = mesh.sidecar_scope.declared_callers.of
    for workload, callers in mesh.security.authorization.asked(policy, declared):
        if mesh.workloads.membership(workload) not in _IN_MESH:
            continue
        for caller in callers:
            if mesh.ambient.comes_by_waypoint(caller.call.host.source, workload):
                continue  # waypoint-refused
            found, principal = _identity(caller.workload, mesh)
            if not found or (caller.port and not TrafficCapture(workload).includes(caller.port)):
                continue
            strict = mesh.security.peer_authentications.of_port(workload, caller.port or 0)
            if principal is None and strict.mode is Mode.STRICT:
                continue  # TLS keeps it out before any policy is asked
            if policy not in mesh.decisions.shut_out(workload, principal, caller.port):
                continue
            port = f" on port {caller.call.port}" if caller.call.port else ""
            who = principal or "no identity, since it has no proxy"
            yield Finding(
                policy.spec.at("rules"),
                f"{caller.workload.title} ({who}) calls {caller.call.host.host}{port}, and this "
                f"policy {'admits only others' if policy.action == 'ALLOW' else 'denies it'}: it "
                "gets 403",
            ).also(caller.call.place, "calls it")
            break


def _identity(caller: Workload, mesh: Mesh) -> tuple[bool, str | None]:
    """Is the identity of a caller known, and which is it?"""
    proxy = mesh.security.mtls.client(caller).proxy
    if proxy in _WITH_IDENTITY:
        account = caller.service_account or "default"
        return True, str(mesh.registry.service_accounts.of_account(caller.namespace, account))
    return proxy is ClientKind.NONE, None
