"""A policy attaches to a Service or ServiceEntry that uses no waypoint, or to one that nobody uses.

ztunnel can't look into requests, and there is no waypoint that would. What the policy asks for,
tokens, methods, paths, logs or plugins, is not enforced: requests are let in.

Fix: label the Service, the ServiceEntry or its namespace `istio.io/use-waypoint: <name>` and deploy that waypoint.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import layer7_part
from meshctl.resources import Policy, TargetRef
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(
    on=Policy, severity=Severity.WARNING,
    equivalents=("KIA0109", "KIA1110", "KIA1111", "KIA1112", "KIA1317"), since="0.1.0",
)  # fmt: skip
def check(policy: Policy, mesh: Mesh) -> Iterator[Outcome]:
    """Report targets that are known to use no waypoint, and waypoints without users."""
    for target in policy.target_refs:
        if target.kind == "Gateway":
            yield from _unused(policy, target, mesh)
        source = mesh.ambient.target(target.kind, target.name, policy.namespace)
        if source is None or mesh.ambient.waypoint_use(source):
            continue
        if not mesh.ambient.knows_waypoint_of(source):
            yield NotChecked(f"Namespace {policy.namespace}, which may name a waypoint, is missing")
            continue
        finding = Finding(
            target.at("name"),
            f"{source.title} uses no waypoint, so nothing enforces this {policy.kind}",
        )
        part = layer7_part(policy)
        yield finding.also(part, "needs a waypoint") if part is not None else finding


def _unused(policy: Policy, target: TargetRef, mesh: Mesh) -> Iterator[Outcome]:
    for gateway in mesh.reference_grants.named(policy.namespace, target.name):
        if not gateway.is_waypoint or mesh.clauses.waypoint_bypass.is_used(gateway):
            continue
        known = mesh.knows.everywhere("Service")
        if not known:
            yield NotChecked(known.reason)
        else:
            yield Finding(
                target.at("name"),
                f"no Service and no namespace uses waypoint {gateway.key_name}, so this "
                f"{policy.kind} meets no request",
            ).also(gateway.at("metadata", "name"), "has no users")
