"""A VirtualService for a Service of ambient mode is in another namespace.

A waypoint only takes VirtualServices of the namespace of the Service. Clients in ambient mode reach
the Service as if there were none.

Fix: move the VirtualService to the namespace of the Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.ambient import ambient_services
from meshctl.mesh.registry import DECLARING_KINDS
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=VirtualService, severity=Severity.WARNING, equivalents=("KIA1114",), since="0.1.0",
    renamed_from=("virtual-service/away-from-ambient-service",), needs=DECLARING_KINDS,
)  # fmt: skip
def check(virtual_service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts of the mesh gateway whose Service is ambient and in another namespace."""
    for ref, service in ambient_services(virtual_service, mesh.registry, mesh.ambient):
        if service.namespace != virtual_service.namespace and mesh.ambient.waypoint_use(service):
            yield Finding(
                ref,
                f"{service.title} is in ambient mode, where its waypoint takes VirtualServices of "
                f"namespace {service.namespace} alone",
            ).also(service.at("metadata", "name"), "the Service")
