"""A route names a waypoint as its parent, and no Service.

istiod makes no routes of what attaches to a waypoint's Gateway: a waypoint reads the routes of the Services that use it. The
route is followed by nobody.

Fix: name the Service in `parentRefs` (`group: ""`, `kind: Service`).
"""

from collections.abc import Iterator

from meshctl.istio.ambient import WAYPOINT_CLASS
from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report parents that are waypoints (pilot/pkg/config/kube/gateway/gateway_collection.go, Istio 1.31)."""
    for reference in route.parents:
        if reference.kind != "Gateway":
            continue
        gateways = list(mesh.reference_grants.named(reference.namespace, reference.name))
        if gateways and all(gateway.class_name == WAYPOINT_CLASS for gateway in gateways):
            yield Finding(
                reference.at("name"),
                f"{gateways[0].title} is a waypoint, which reads the routes of Services alone: nobody follows this route",
            )
