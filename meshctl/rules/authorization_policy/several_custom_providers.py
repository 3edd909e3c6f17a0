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
    """Report the first proxy at which another policy asks somebody else."""
    if policy.action != "CUSTOM" or mesh.injection.control_plane.variable(_VARIABLE) == "true":
        return
    rival = mesh.clauses.custom_rivals.of(policy)
    if rival is None:
        return
    where, other = rival
    provider, name = policy.spec.child("provider"), other.spec.child("provider").text("name")
    yield Finding(
        provider.at("name"),
        f"{where} has CUSTOM policies of two providers, {provider.text('name')} and {name}; "
        "istiod denies all that they match",
    ).also(other.spec.at("provider", "name"), f"asks {name}")
