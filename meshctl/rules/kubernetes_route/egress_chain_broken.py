"""A route of the mesh sends requests to an egress gateway that has no route for them.

Egress takes two routes: one that is attached to the ServiceEntry and leads to the Service of the gateway, and one that is attached to
the Gateway and leads outside. Without the second one the gateway answers 404.

Fix: attach a route for the host to the Gateway, with a backend of kind Hostname.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.reachability import EgressHop
from meshctl.resources import KubernetesRoute, Ref
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report backends that are gateways of the whole mesh and serve none of the hosts that the route is attached to."""
    legs: dict[Ref, list[EgressHop]] = {}
    for made in mesh.gateway_api.made_of(route) if mesh.is_whole else ():
        for leg in mesh.reachability.egress_paths.legs(made):
            legs.setdefault(made.origin(leg.destination.at("host")), []).append(leg)
    for place, several in legs.items():
        paths = mesh.reachability.egress_paths
        if place.resource is not route or any(
            leg.servers and paths.has_second(leg) for leg in several
        ):
            continue
        first = min(several, key=lambda leg: leg.host)
        lacks = "route" if any(leg.servers for leg in several) else "listener"
        yield Finding(
            place,
            f"clients send {first.host} to gateway {first.gateway.workload.name}, which has no {lacks} for it: 404",
        )
