"""A rule without any condition opens what the other rules were to limit.

A request that meets one rule of one ALLOW policy is let in. A rule without `from`, `to` and `when`
is met by every request, so the other rules, and other ALLOW policies for the same workloads, change
nothing: everybody may call everything.

Fix: remove the empty rule, or the rules and policies that it makes pointless.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import matches_everything
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report empty rules beside others, in the policy itself or for a workload of it."""
    empty = next(
        (
            authorization_rule
            for authorization_rule in policy.rules
            if matches_everything(authorization_rule)
        ),
        None,
    )
    if policy.action != "ALLOW" or empty is None or policy.target_refs:
        return
    other = next(
        (
            authorization_rule
            for authorization_rule in policy.rules
            if not matches_everything(authorization_rule)
        ),
        None,
    )
    if other is not None:
        yield Finding(
            empty.at(), "a rule without from, to and when lets every request in, whatever the "
            "other rules of this policy ask for",
        ).also(other.at(), "limits nothing").fixed_by(delete(empty.at()), safe=False)  # fmt: skip
        return
    for workload in mesh.security.authorization.reached(policy):
        for authorization_policy in mesh.security.authorization.guarding(workload):
            if (
                authorization_policy.action == "ALLOW"
                and authorization_policy.rules
                and not any(map(matches_everything, authorization_policy.rules))
            ):
                yield Finding(
                    empty.at(),
                    f"this rule lets every request in, so {authorization_policy.key_name} doesn't limit who may call "
                    f"{workload.title}",
                ).also(authorization_policy.spec.key("rules"), "limits nothing there")
                return
