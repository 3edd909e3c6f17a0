"""All rules of a VirtualService are for certain clients, and nothing is said of the others.

istiod writes no route for clients that no rule is for. They get the Service as if there were no
VirtualService: all of its pods, whatever subsets there are, not a refusal.

Fix: add a last rule without source for all other clients.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=VirtualService, severity=Severity.WARNING, since="0.1.0",
    holds=("sourceLabels", "sourceNamespace", "delegate"),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report sources without the rest where a rule chooses among the pods of the host itself."""
    matches = [
        match for match in mesh.traffic.route_matches.of(service) if MESH in match.request.gateways
    ]
    if not matches or not all(
        match.request.source_labels or match.request.source_namespace for match in matches
    ):
        return
    hosts = set(mesh.sidecar_routes.hosts(service))
    splits = [
        entry.destination
        for match in matches
        for entry in match.rule.action.routes
        if entry.destination.subset
        and mesh.reachability.clusters.host_of(entry.destination) in hosts
    ]
    if any(mesh.registry.at(host) for host in hosts):
        yield Finding(
            service.spec.key("http"),
            f"clients that none of these rules is for get every pod of {service.hosts[0]}, as if "
            "there were no VirtualService",
            severity=None if splits else Severity.INFO,
        )
