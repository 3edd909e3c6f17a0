"""A route attaches to a Service, and no client ever follows it.

For one Service and port a client follows the routes of one namespace with one way of naming the
port: its own before the Service's, then the oldest. A route that names the port and one that doesn't
are not merged, nor is a VirtualService for the same host. Of TCPRoutes, and of TLSRoutes with the same host
names, the first one has all connections of the port.

Fix: let all routes of the Service name the port, or none; or join them.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import order_is_known
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services at which other routes, or a VirtualService, take everything."""
    api = mesh.gateway_api
    for reference, host, winner in (
        *api.unserved.at_services(route),
        *api.connections.at_services(route),
    ):
        known = order_is_known((route, winner.resource))
        doubt = "" if known else ", if that one is older; files don't say which is"
        yield Finding(
            reference.at("name"),
            f"clients of {host} follow {winner.resource.title} instead{doubt}",
        ).also(winner, "what they follow")
