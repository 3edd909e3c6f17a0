"""Two routes attach to one TCP listener, and the older one gets all connections.

Connections carry nothing to choose by. Both routes are accepted and counted; of the younger one
nothing is used.

Fix: give each route a listener of its own (`parentRefs[].sectionName`), or put the backends into one route with weights.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import order_is_known
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report TCP listeners that another route has already."""
    for older_route in mesh.gateway_api.unserved.older(route):
        name, older = older_route.listener.listener.name, older_route.older
        doubt = "" if order_is_known((route, older)) else ", if it is the older one"
        yield Finding(
            older_route.reference.at("sectionName" if older_route.reference.section else "name"),
            f"{older.title} gets all connections of listener {quoted(name)}{doubt}",
        ).also(older.at("metadata", "name"), "the other route")
