"""A route attaches to a Service that has no port for routes of its kind.

Sidecars follow HTTPRoutes and GRPCRoutes for ports that are declared as HTTP or gRPC, TLSRoutes for TLS and HTTPS, and
TCPRoutes for all others. The route is accepted, and clients reach the Service as if there were none.

Fix: name the port after what it speaks (`http-…`, `grpc-…`, `tls-…`, `tcp-…`) or give it an `appProtocol`, or write
a route of the kind that fits.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services without a waypoint none of whose ports is for rules of the route."""
    for reference, ports in mesh.gateway_api.connections.without_port(route):
        service = mesh.ambient.service(reference.name, reference.namespace)
        if service is not None and mesh.ambient.waypoint_use(service) is not None:
            continue
        known = shortened([f"{port.number} {port.protocol}" for port in ports], MOST_LISTED)
        yield Finding(
            reference.at("port" if reference.port else "name"),
            f"Service {reference.namespace}/{reference.name} has no port for {route.kind}s, only {known}, so "
            "that sidecars pass this route by",
        ).also(ports[0].view.at(), "declared here")
