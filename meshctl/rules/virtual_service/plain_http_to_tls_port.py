"""An HTTP route leads to a port where the server speaks TLS, and nothing opens TLS to it.

The proxy sends what an http route takes as plain HTTP. Mutual TLS of the mesh ends at the server's
sidecar, so the application still gets a plain request on its TLS port: `400 The plain HTTP request
was sent to HTTPS port`, `502` or a reset. Mostly it is a gateway that opens the clients' TLS and
then forwards to a Service port named `https`.

Fix: give the host a DestinationRule whose tls mode is SIMPLE for that port, route to a port that
speaks HTTP, or let the gateway pass TLS through (`PASSTHROUGH` and a `tls` route).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import DECLARING_KINDS
from meshctl.mesh.traffic import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=DECLARING_KINDS)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report http destinations on TLS ports for which no object in the input originates TLS."""
    if not mesh.gateways.bindings.may_use(service, "http"):
        return  # every server for these hosts passes by its http routes
    mesh_only = bool(service.hosts) and set(mesh.traffic.routes.gateways_of(service)) == {MESH}
    for route in service.http:
        for destination in route.destinations:
            declared = mesh.reachability.clusters.declared(destination)
            together = mesh.registry.together(declared)
            if not together.has_tls:
                continue
            host = mesh.reachability.clusters.host_of(destination)
            asked = destination.port
            ports = together.ports if asked is None else together.by_number.get(asked, [])
            if len(ports) != 1 or not ports[0].protocol.is_tls:
                continue
            if mesh_only and together.speak_tls_alone:
                continue  # sidecars have no http routes for such a host at all
            if mesh.reachability.egress_paths.gateway_behind(destination) is not None:
                continue  # the gateway's servers say what it speaks: egress-tls-mismatch
            number, protocol = ports[0].number, ports[0].protocol
            if mesh.security.tls_origination.may_reach(host, number):
                continue
            if (
                destination.subset
                and next(mesh.traffic.destination_rules.covering(host), None) is None
            ):
                continue  # the rule that defines the subset is not in the input
            yield Finding(
                destination.at("port", "number") if destination.port else destination.at("host"),
                f"port {number} of {host} is {protocol}, but this route brings plain HTTP there "
                "and no DestinationRule opens TLS to it",
            ).also(ports[0].view.at(), f"declares port {number} as {protocol}")
