"""A gateway sends requests to a host whose own rules hold for sidecars only.

A request passes one VirtualService: that of the host it asks the gateway for. The rules another
VirtualService has for the destination are applied by sidecars, not by the gateway, so its subsets
and weights don't concern what comes from outside, which is spread over all pods.

Fix: write subsets and weights in the VirtualService of the gateway, too, or bind the other one to
the gateway with the public host.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=VirtualService, severity=Severity.WARNING, equivalents=("IST0140",), since="0.1.0",
    holds=("gateways",),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report destinations without subset where the host has http rules with subsets of its own."""
    if not service.gateways or MESH in service.gateways:
        return
    for route in service.http:
        for entry in route.routes:
            destination = entry.destination
            if destination.subset or not destination.host:
                continue
            host = mesh.reachability.clusters.host_of(destination)
            other = mesh.traffic.sidecar_hosts.splitting(host)
            if other is not None:
                yield Finding(
                    destination.at("host"),
                    f"the gateway sends these requests to all pods of {destination.host}: the rules of "
                    f"{other.title} for subsets of it are for sidecars only",
                ).also(other.spec.key("http"), "not used by the gateway")
