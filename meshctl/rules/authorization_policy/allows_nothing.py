"""An ALLOW policy without rules leaves a workload that nobody may call.

ALLOW is the action where none is written, and an ALLOW policy without `rules` matches no request:
its workloads refuse everything that no other ALLOW policy lets in (`403 RBAC: access denied`). That
is the usual default of a namespace, but every Service in it then needs a policy of its own.

Fix: write an ALLOW policy for the callers of this workload; to let everything in, write
`rules: [{}]`.
"""

import re
from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule

_ON_PURPOSE = re.compile(r"deny|denies|block|nothing|none|quarantine|reject", re.IGNORECASE)
_SHOWN = 3


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report workloads behind Services that no other ALLOW policy opens.

    A name that says so makes it an info: somebody may want just this.
    """
    if policy.action != "ALLOW" or policy.spec.data.get("rules") or policy.target_refs:
        return
    shut = [
        workload
        for workload in mesh.security.authorization.reached(policy)
        if _is_shut(workload, policy, mesh)
    ]
    if not shut:
        return
    names = ", ".join(workload.title for workload in shut[:_SHOWN])
    more = f" and {len(shut) - _SHOWN} more" if len(shut) > _SHOWN else ""
    finding = Finding(
        policy.spec.key("selector") if policy.selector else policy.at("metadata", "name"),
        "a policy without rules allows nothing, and there is no other ALLOW policy for "
        f"{names}{more}: whoever calls is refused",
        severity=Severity.INFO if _ON_PURPOSE.search(policy.name) else None,
    )  # fmt: skip
    for workload in shut[:_SHOWN]:
        finding = finding.also(workload.at("metadata", "name"), "refuses every request")
    yield finding


def _is_shut(workload: Workload, policy: AuthorizationPolicy, mesh: Mesh) -> bool:
    """Is a workload meant to be called, and opened by no policy that the input has?"""
    home, policies = workload.namespace, mesh.security.authorization
    is_known = mesh.is_whole or policy.namespace == home or policies.has_any_in(home)
    if not is_known or next(mesh.workloads.container_ports.in_front_of(workload), None) is None:
        return False
    allowing = (other for other in policies.guarding(workload) if other.action == "ALLOW")
    return not any(other.spec.data.get("rules") for other in allowing)
