"""A policy is for an object that isn't there.

`targetRefs` name a Gateway, Service or ServiceEntry of the policy's own namespace. If there is none
of that name, the policy attaches to nothing: what it was to refuse is let in.

Fix: write the name of an object of this namespace, or move the policy to the namespace of its
target.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Policy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Policy, severity=Severity.ERROR, since="0.1.0")
def check(policy: Policy, mesh: Mesh) -> Iterator[Outcome]:
    """Report targets that the input shows to be missing."""
    for target in policy.target_refs:
        if not target.name or mesh.clauses.waypoint_bypass.is_there(target):
            continue
        known = mesh.knows.all_of(target.kind, policy.namespace)
        if not known:
            yield NotChecked(known.reason)
        else:
            yield Finding(
                target.at("name"),
                f"namespace {policy.namespace} has no {target.kind} '{target.name}', so this "
                f"{policy.kind} holds nowhere",
            )
