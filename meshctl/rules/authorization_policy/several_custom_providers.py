"""Two policies of action CUSTOM ask different providers for one workload.

Unless istiod has the variable `PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS`, it asks neither and
denies every request that a rule of either policy matches.

Fix: let one provider decide for a workload, or set the variable on istiod (1.30 and later).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule

_VARIABLE = "PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS"


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first workload for which another policy asks somebody else."""
    if policy.action != "CUSTOM" or mesh.injection.control_plane.variable(_VARIABLE) == "true":
        return
    provider = policy.spec.child("provider")
    for workload in mesh.security.authorization.reached(policy):
        for other in mesh.decisions.policies_of(workload):
            name = other.spec.child("provider").text("name")
            if other.action == "CUSTOM" and name != provider.text("name"):
                yield Finding(
                    provider.at("name"),
                    f"{workload.title} has CUSTOM policies of two providers, "
                    f"{provider.text('name')} and {name}; istiod denies all that they match",
                ).also(other.spec.at("provider", "name"), f"asks {name}")
                return
