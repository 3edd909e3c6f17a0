"""A route of the mesh sends requests to an egress gateway that has no route for them.

Egress takes two routes: one that is attached to the ServiceEntry and leads to the Service of the gateway, and one that is attached to
the Gateway and leads outside. Without the second one the gateway answers 404.

Fix: attach a route for the host to the Gateway, with a backend of kind Hostname.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report backends that are gateways of the whole mesh without a listener or a route for the host."""
    if not mesh.is_whole:
        return
    told = set()
    for made in mesh.gateway_api.made_of(route):
        for leg in mesh.reachability.egress_paths.legs(made):
            place = made.origin(leg.destination.at("host"))
            if place.resource is not route or (leg.host, place) in told:
                continue
            if leg.servers and mesh.reachability.egress_paths.has_second(leg):
                continue
            told.add((leg.host, place))
            lacks = "route" if leg.servers else "listener"
            yield Finding(
                place,
                f"clients send {leg.host} to gateway {leg.gateway.workload.name}, which has no {lacks} for it: 404",
            )
