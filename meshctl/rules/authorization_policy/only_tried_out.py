"""A policy is only tried out, and decides nothing.

The annotation `istio.io/dry-run: "true"` has proxies count and log what the policy would decide. No request
is refused by it, and none is let in. (A policy of action CUSTOM isn't tried out: istiod has it refuse
what its rules match.)

Fix: remove the annotation once the policy is to hold.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import is_dry_run
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule

_DRY_RUN = "istio.io/dry-run"
_CEL = (
    "!has(object.metadata.annotations) || !('istio.io/dry-run' in object.metadata.annotations) || "
    "!(object.metadata.annotations['istio.io/dry-run'] in ['1', 't', 'T', 'TRUE', 'true', 'True'])"
)


@rule(on=AuthorizationPolicy, severity=Severity.INFO, since="0.1.0", holds=(_DRY_RUN,), cel=_CEL)
def check(policy: AuthorizationPolicy, _: Mesh) -> Iterator[Outcome]:
    """Report policies with the annotation; one of action CUSTOM is an error."""
    if not is_dry_run(policy):
        return
    place = policy.at("metadata", "annotations", _DRY_RUN)
    is_custom = policy.action == "CUSTOM"
    effect = (
        "is enforced as DENY: every request that its rules match is refused"
        if is_custom
        else "decides nothing: it is counted and logged alone"
    )
    yield Finding(
        place,
        f"this {policy.action} policy {effect}",
        severity=Severity.ERROR if is_custom else None,
    )
