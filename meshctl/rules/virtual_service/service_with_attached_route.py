"""A VirtualService and a route of the Gateway API both route a Service inside the mesh.

They are not merged. A proxy uses one of them for the host, the older one, and what the other says
(weights, retries, timeouts) doesn't happen. Istio doesn't support the mixture for waypoints at all.

Fix: keep one of the two; a route with `parentRefs` of kind Service can replace the VirtualService.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import MESH
from meshctl.resources import Service, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=("parentRefs",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts of the mesh that a route attaches to as a Service."""
    if MESH not in mesh.traffic.routes.gateways_of(service):
        return
    for index, written in enumerate(service.hosts):
        for known in mesh.registry.at(mesh.registry.fqdn(written, service.namespace)):
            source = known.source
            route = (
                mesh.gateway_api.competing_routes.of_service(source)
                if isinstance(source, Service)
                else None
            )
            if route is not None:
                yield Finding(
                    service.spec.at("hosts", index),
                    f"{route.title} routes {source.title} as well, and only one of them is used",
                ).also(route.spec.key("parentRefs"), "attaches to the Service")
                break
