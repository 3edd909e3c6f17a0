"""A gateway routes to a workload whose policies never let the gateway in.

At the workload the client is the gateway, with the service account of its pods. When no ALLOW rule
of the workload admits this identity, or a DENY rule names it, everybody who comes through the
gateway gets `403 RBAC: access denied`.

Fix: add the gateway's identity to the sources of an ALLOW rule, or leave it out of the DENY rule.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy, Gateway, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first workload that a policy with rules closes to a gateway that routes to it."""
    if policy.action not in {"ALLOW", "DENY"} or not policy.rules or policy.target_refs:
        return
    into = mesh.reachability.ingress_paths.into
    for workload, paths in mesh.security.authorization.asked(policy, into):
        for path in paths:
            for gateway in _gateways(path.gateway, mesh):
                principal = str(
                    mesh.registry.service_accounts.of_account(
                        gateway.namespace, gateway.service_account or "default"
                    )
                )
                if gateway is workload or policy not in mesh.decisions.shut_out(
                    workload, principal
                ):
                    continue
                says = "admits only others" if policy.action == "ALLOW" else "denies the gateway"
                yield Finding(
                    policy.spec.at("rules"),
                    f"this policy {says}: what {gateway.title} ({principal}) routes to "
                    f"{workload.title} gets 403",
                    severity=None if mesh.is_whole else Severity.WARNING,
                ).also(path.place, "routes there")
                return


def _gateways(gateway: object, mesh: Mesh) -> Iterator[Workload]:
    if isinstance(gateway, Gateway):
        for effective in mesh.gateways.of(gateway):
            if effective.workload.workload is not None:
                yield effective.workload.workload
