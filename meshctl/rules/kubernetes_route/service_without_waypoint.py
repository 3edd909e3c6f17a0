"""A route of the Gateway API is for a Service of ambient mode that uses no waypoint.

Clients in ambient mode go through ztunnel, which reads no routes: they reach the Service as if there
were none. Only clients with a sidecar follow it.

Fix: label the Service or its namespace `istio.io/use-waypoint: <name>` and deploy that waypoint.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report parents that are Services of ambient namespaces without a waypoint."""
    for parent in route.parents:
        if parent.mesh_kind != "Service":
            continue
        service = mesh.ambient.service(parent.name, parent.namespace)
        if service is None or not mesh.ambient.is_on(service.namespace):
            continue
        if mesh.ambient.waypoint_use(service) is None:
            yield Finding(
                parent.at("name"),
                f"{service.title} is in ambient mode and uses no waypoint, so clients in ambient "
                "mode don't follow this route",
            ).also(service.at("metadata", "name"), "has no label istio.io/use-waypoint")
