"""A rule asks for a token where no RequestAuthentication checks one.

The proxy only knows issuer, subject and claims of a token that a RequestAuthentication of the same
workload has validated. Without one, an ALLOW rule by `requestPrincipals` or `request.auth.claims`
lets nobody in (`403 RBAC: access denied`), token or not. A DENY rule that asks for a principal
refuses nobody, and one that refuses requests without principal refuses all.

Fix: add a RequestAuthentication with the issuer for the same workloads.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import token_parts
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report policies whose workloads surely have no RequestAuthentication."""
    part = next(token_parts(policy), None)
    if part is None:
        return
    if policy.target_refs:
        unchecked = (
            [] if mesh.clauses.token_issuers.for_targets(policy) else [policy.target_refs[0].name]
        )
    else:
        workloads = mesh.security.authorization.reached(policy)
        if not mesh.security.request_authentications.lack(workloads):
            return
        unchecked = [workloads[0].title]
    if not unchecked:
        return
    if known := mesh.knows.all_of("RequestAuthentication", policy.namespace):
        yield Finding(
            part,
            f"no RequestAuthentication is for {unchecked[0]}, so no token is ever known there",
            severity=None if mesh.is_whole else Severity.WARNING,
        )
    else:
        yield NotChecked(known.reason)
