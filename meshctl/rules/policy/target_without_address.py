"""A policy attaches to a headless Service, whose traffic goes past its waypoint.

ztunnel sends to the waypoint of a Service what is for an address of the Service. Names of a headless Service stand for the
addresses of its pods: connections go straight to them, and what the waypoint would enforce is not asked. A waypoint for all
traffic takes what is for pods, but not as traffic of the Service.

Fix: give the Service an address (no `clusterIP: None`), or attach the policy to the waypoint by a `targetRefs` of kind
Gateway, with `istio.io/waypoint-for: all`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Policy, Service
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Policy, severity=Severity.WARNING, since="0.1.0", needs=("clusterIP",))
def check(policy: Policy, mesh: Mesh) -> Iterator[Outcome]:
    """Report headless Services that use a waypoint."""
    for target in policy.target_refs:
        source = mesh.ambient.target(target.kind, target.name, policy.namespace)
        if not isinstance(source, Service) or not source.is_headless:
            continue
        if mesh.ambient.waypoint_use(source) is not None:
            yield Finding(
                target.at("name"),
                f"{source.title} has no address: what is for it goes to its pods, past the waypoint, and nothing asks "
                f"this {policy.kind}",
            ).also(source.spec.at("clusterIP"), "is headless")
