"""The gateway takes the token away that a workload behind it checks.

A proxy that has validated a token removes it, unless `forwardOriginalToken` says otherwise. The
workload's own RequestAuthentication then finds no token, and an AuthorizationPolicy that asks for
one refuses every request from the gateway (`403 RBAC: access denied`).

Fix: set `forwardOriginalToken: true` in the rule of the gateway.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import RequestAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=RequestAuthentication, severity=Severity.WARNING, since="0.1.0")
def check(policy: RequestAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report rules of gateways whose issuer a workload behind them asks for as well."""
    for outer in policy.rules:
        if outer.keeps_token:
            continue
        inner = mesh.security.request_authentications.behind_gateway(policy, outer)
        if inner is not None:
            wanted, workload, place = inner
            yield (
                Finding(
                    outer.at("issuer"),
                    f"the gateway removes this issuer's token, and {workload.title} behind it "
                    "asks for one",
                )
                .also(wanted.at("issuer"), "checks the token again")
                .also(place, "is routed to from the gateway")
                .fixed_by(put(outer.at("forwardOriginalToken"), value=True), safe=False)
            )
