"""A DENY policy has a rule without any condition, and refuses every request.

DENY comes first: what it matches is refused whatever ALLOW policies say. An empty rule, `- {}`, matches
everything, so that ALLOW policies for the same workloads never let anybody in (`403 RBAC: access
denied`). A default of denial is an ALLOW policy without rules: what others allow stays open.

Fix: write `spec: {}` for a default of denial, or give the rule conditions.
"""

import re
from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import is_dry_run
from meshctl.resources import AuthorizationPolicy, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule

_ON_PURPOSE = re.compile(r"deny|denies|block|nothing|none|quarantine|reject", re.IGNORECASE)


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0", holds=("rules",))
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report empty rules: an error beside ALLOW policies, info where the name shows the intention."""
    empty = next((rule for rule in policy.rules if not rule.names()), None)
    if policy.action != "DENY" or empty is None or is_dry_run(policy):
        return
    opened = _opened(policy, mesh) if not policy.target_refs else None
    finding = Finding(
        empty.at(),
        "this rule matches every request, so that "
        + (
            f"the ALLOW policies of {opened.title} let nobody in"
            if opened is not None
            else "everybody is refused"
        ),
        severity=Severity.ERROR
        if opened is not None
        else Severity.INFO
        if _ON_PURPOSE.search(policy.name)
        else None,
    )
    yield finding if opened is None else finding.also(opened.at("metadata", "name"), "is closed")


def _opened(policy: AuthorizationPolicy, mesh: Mesh) -> Workload | None:
    policies = mesh.security.authorization
    return next(
        (workload for workload in policies.reached(policy) if policies.is_opened(workload)), None
    )
