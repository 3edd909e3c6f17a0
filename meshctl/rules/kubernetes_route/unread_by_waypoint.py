"""A route is for a Service of ambient mode, and its waypoint doesn't read routes of this namespace.

A waypoint reads routes of the Service's namespace and of its own. What a consumer writes in another
namespace changes nothing for clients in ambient mode; only clients with a sidecar in that namespace
follow it.

Fix: move the route to the namespace of the Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report parents whose waypoint reads other namespaces alone."""
    for parent in route.parents:
        if parent.mesh_kind != "Service":
            continue
        service = mesh.ambient.service(parent.name, parent.namespace)
        use = mesh.ambient.waypoint_use(service) if service is not None else None
        if service is None or use is None or not mesh.ambient.is_on(service.namespace):
            continue
        if route.namespace not in {service.namespace, use.namespace}:
            yield Finding(
                parent.at("name"),
                f"waypoint {use.key_name} reads no routes of namespace {route.namespace} for "
                f"{service.title}",
            ).also(use.ref, "asks for the waypoint")
