"""A policy of action AUDIT marks requests, and nothing in the mesh reads the mark.

AUDIT lets every request through. Envoy only sets `access_log_hint` in the metadata of what the rules match; a plugin, a log
format or a filter of access logs has to ask for it. Without one nothing is logged that wasn't logged before, and nothing is
refused.

Fix: log by a Telemetry whose filter has the condition, or write DENY or ALLOW where requests are to be refused.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.INFO, since="0.1.0", holds=("action",))
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report policies where the whole mesh has no reader."""
    if policy.action != "AUDIT" or not policy.rules or mesh.workloads.may_read_audit_marks:
        return
    if mesh.is_whole:
        yield Finding(
            policy.spec.at("action"),
            "AUDIT lets all requests through, and nothing in the mesh reads the mark that it sets on those that the rules "
            "match",
        )
    else:
        yield NotChecked("what reads the marks of AUDIT policies may be outside the input")
