"""A policy is for an object that isn't there.

`targetRefs` name a Gateway, Service or ServiceEntry of the policy's own namespace. If there is none
of that name, the policy attaches to nothing: what it was to refuse is let in.

Fix: write the name of an object of this namespace, or move the policy to the namespace of its
target.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Policy, ServiceEntry, TargetRef
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Policy, severity=Severity.ERROR, since="0.1.0")
def check(policy: Policy, mesh: Mesh) -> Iterator[Outcome]:
    """Report targets that the input shows to be missing."""
    for target in policy.target_refs:
        if _is_missing(target, policy.namespace, mesh):
            yield Finding(
                target.at("name"),
                f"namespace {policy.namespace} has no {target.kind} '{target.name}', so this "
                f"{policy.kind} holds nowhere",
            )


def _is_missing(target: TargetRef, namespace: str, mesh: Mesh) -> bool:
    if not target.name:
        return False
    if target.kind == "Gateway":
        found = any(mesh.reference_grants.named(namespace, target.name))
        return not found and bool(mesh.knows.all_of("Gateway", namespace))
    if target.kind == "Service":
        return mesh.is_whole and mesh.ambient.service(target.name, namespace) is None
    if target.kind == "ServiceEntry":
        declared = (one.source for one in mesh.registry.of_namespace(namespace))
        names = (one.name for one in declared if isinstance(one, ServiceEntry))
        return mesh.is_whole and target.name not in names
    return False
