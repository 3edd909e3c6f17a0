"""A rule for a gateway asks for a path, method or host that the gateway's routes never send.

A workload sees requests as the gateway leaves them: with the path after `rewrite`, and with the Host that the
client asked for (or `rewrite.authority`), which is not the name of the Service. A value that no route to the
workload sends matches nothing: an ALLOW rule lets nobody in by it (`403 RBAC: access denied`), a DENY rule
refuses nobody.

Fix: write the path after the rewrite, the host of the VirtualService, and a method that is routed.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted, shortened


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0", holds=("operation",))
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report values of rules whose sources are the identities of known gateways."""
    if policy.target_refs or policy.action not in {"ALLOW", "DENY"}:
        return
    for lost in mesh.clauses.routed_requests.never_sent(policy):
        known = mesh.knows.everywhere("VirtualService")
        if not known:
            yield NotChecked(known.reason)
            return
        yield Finding(
            lost.place,
            f"no route of these gateways sends {lost.what} {quoted(lost.place.value())}, only "
            f"{shortened(lost.sent)}: this never matches",
        )
