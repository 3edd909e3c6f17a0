"""A VirtualService routes requests for a Service of ambient mode that uses no waypoint.

Clients in ambient mode go through ztunnel, which doesn't route by requests: they reach the Service
as if there were no VirtualService. Only clients with a sidecar follow it.

Fix: label the Service or its namespace `istio.io/use-waypoint: <name>` and deploy that waypoint.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.ambient import ambient_services
from meshctl.mesh.registry import DECLARING_KINDS
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=VirtualService, severity=Severity.WARNING, equivalents=("KIA1109", "KIA1113"), since="0.1.0",
    needs=DECLARING_KINDS,
)  # fmt: skip
def check(virtual_service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts of the mesh gateway whose Service is ambient and has no waypoint."""
    for ref, service in ambient_services(virtual_service, mesh.registry, mesh.ambient):
        if mesh.ambient.waypoint_use(service) is None:
            yield Finding(
                ref,
                f"{service.title} is in ambient mode and uses no waypoint, so clients in ambient "
                "mode don't follow these routes",
            ).also(service.at("metadata", "name"), "has no label istio.io/use-waypoint")
