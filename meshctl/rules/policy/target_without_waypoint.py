"""A policy attaches to a Service that uses no waypoint.

ztunnel can't look into requests, and there is no waypoint that would. What the policy asks for,
tokens, methods, paths, logs or plugins, is not enforced: requests are let in.

Fix: label the Service or its namespace `istio.io/use-waypoint: <name>` and deploy that waypoint.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import layer7_part
from meshctl.resources import Policy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(
    on=Policy, severity=Severity.WARNING,
    equivalents=("KIA0109", "KIA1110", "KIA1111", "KIA1112", "KIA1317"), since="0.1.0",
)  # fmt: skip
def check(policy: Policy, mesh: Mesh) -> Iterator[Outcome]:
    """Report targets of kind Service that are known to use no waypoint."""
    for target in policy.target_refs:
        service = mesh.ambient.service(target.name, policy.namespace)
        if target.kind != "Service" or service is None or mesh.ambient.waypoint_use(service):
            continue
        if not mesh.ambient.knows_waypoint_of(service):
            yield NotChecked(f"Namespace {policy.namespace}, which may name a waypoint, is missing")
            continue
        finding = Finding(
            target.at("name"),
            f"Service {service.key_name} uses no waypoint, so nothing enforces this {policy.kind}",
        )
        part = layer7_part(policy)
        yield finding.also(part, "needs a waypoint") if part is not None else finding
