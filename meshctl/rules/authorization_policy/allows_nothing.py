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
    """Report workloads behind Services that no other ALLOW policy opens; info where it is meant."""
    if policy.action != "ALLOW" or policy.spec.data.get("rules") or policy.target_refs:
        return
    reached = mesh.security.authorization.reached(policy)
    shut = [workload for workload in reached if _is_shut(workload, policy, mesh)]
    if not shut:
        return
    names = ", ".join(workload.title for workload in shut[:_SHOWN])
    more = f" and {len(shut) - _SHOWN} more" if len(shut) > _SHOWN else ""
    closes_mesh = mesh.security.authorization.is_mesh_wide(policy) and not policy.selector
    finding = Finding(
        policy.spec.key("selector") if policy.selector else policy.at("metadata", "name"),
        f"a policy without rules allows nothing{', in the whole mesh' if closes_mesh else ''}, and "
        f"there is no other ALLOW policy for {names}{more}: whoever calls is refused",
        severity=Severity.INFO if _is_meant(policy, mesh, closes_mesh=closes_mesh) else None,
    )
    for workload in shut[:_SHOWN]:
        finding = finding.also(workload.at("metadata", "name"), "refuses every request")
    yield finding


def _is_meant(policy: AuthorizationPolicy, mesh: Mesh, *, closes_mesh: bool) -> bool:
    """Does the name of a policy, or another policy beside one for the mesh, show the intention?"""
    has_others = mesh.security.authorization.opens_anything
    by_name = bool(_ON_PURPOSE.search(policy.name))
    return has_others or (by_name and not mesh.is_whole) if closes_mesh else by_name


def _is_shut(workload: Workload, policy: AuthorizationPolicy, mesh: Mesh) -> bool:
    """Is a workload meant to be called, and opened by no policy that the input has?"""
    home, policies = workload.namespace, mesh.security.authorization
    is_known = policy.namespace == home or mesh.knows.all_of("AuthorizationPolicy", home)
    if not is_known or next(mesh.workloads.container_ports.in_front_of(workload), None) is None:
        return False
    return not policies.is_opened(workload)
