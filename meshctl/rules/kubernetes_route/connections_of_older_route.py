"""Two routes attach to one listener for TCP or TLS, and the older one gets all connections.

Connections carry nothing to choose by but the name that TLS asks for. Where two TCPRoutes attach to one listener, or
two TLSRoutes have a name in common, both are accepted and counted; of the younger one nothing is used there, even
for the other names that it has.

Fix: give each route a listener (`parentRefs[].sectionName`) or host names of its own, or put the backends into one
route with weights.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import order_is_known
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(
    on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0", needs=("TCPRoute", "TLSRoute")
)  # fmt: skip
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report listeners for TCP and TLS that follow another route."""
    for taken in mesh.gateway_api.connections.older(route):
        listener, older = taken.listener.listener.name, taken.older.resource
        doubt = "" if order_is_known((route, older)) else ", if it is the older one"
        what = f"has host name {taken.name}" if taken.name else "gets all connections"
        effect = ", so that this route gets no connections there" if taken.name else ""
        yield Finding(
            taken.reference.at("sectionName" if taken.reference.section else "name"),
            f"{older.title} {what} of listener {quoted(listener)}{effect}{doubt}",
        ).also(older.at("metadata", "name"), "the other route")
