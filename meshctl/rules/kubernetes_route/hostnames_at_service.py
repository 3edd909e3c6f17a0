"""A route that attaches to Services alone has host names, which nobody looks at.

Clients follow the route for the names of the Service, whatever its `hostnames` say. Of several names of a TLSRoute
istiod keeps those of the Service; where none is left, clients follow it whatever name they ask for.

Fix: remove `hostnames`; to choose by the host of a request, attach the route to a Gateway.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule
from meshctl.words import MOST_LISTED, shortened

_HTTP = frozenset({"HTTPRoute", "GRPCRoute"})


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report host names of routes that have no Gateway as a parent; a TLSRoute may have one for the name to ask for."""
    for number in mesh.gateway_api.connections.dropped_names(route):
        yield Finding(
            route.spec.at("hostnames", number),
            f"{route.hostnames[number]} is no name of the Service, so that istiod drops it from among several",
        )
    is_for_clients = bool(route.parents) and all(parent.mesh_kind for parent in route.parents)
    if route.hostnames and route.kind in _HTTP and is_for_clients:
        names = shortened(route.hostnames, MOST_LISTED)
        yield Finding(
            route.spec.key("hostnames"),
            f"clients of the Service follow this route for its own names, not for {names}",
        ).fixed_by(delete(route.spec.at("hostnames")))
