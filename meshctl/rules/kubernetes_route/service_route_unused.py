"""A route attaches to a Service, and no client ever follows it.

For one Service and port a client follows the routes of one namespace with one way of naming the
port: its own before the Service's, then the oldest. A route that names the port and one that doesn't
are not merged, nor is a VirtualService for the same host.

Fix: let all routes of the Service name the port, or none; or join them.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import order_is_known
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services at which other routes, or a VirtualService, take every request."""
    for unused in mesh.gateway_api.unserved.at_services(route):
        known = order_is_known((route, unused.winner.resource))
        doubt = "" if known else ", if that one is older; files don't say which is"
        yield Finding(
            unused.reference.at("name"),
            f"clients of {unused.host} follow {unused.winner.resource.title} instead{doubt}",
        ).also(unused.winner, "what they follow")
