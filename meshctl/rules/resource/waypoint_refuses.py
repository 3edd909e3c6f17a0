"""The waypoint that an object asks for doesn't serve it.

A waypoint takes objects of its own namespace unless `allowedRoutes` of its listener for HBONE say
more, and traffic of the kind that `istio.io/waypoint-for` names: to Services unless written. Else
traffic goes straight to the pods, without the waypoint's policies and routes.

Fix: widen `allowedRoutes.namespaces` of the waypoint, set its label `istio.io/waypoint-for` to the kind
of traffic (`service`, `workload`, `all`), or name another waypoint.
"""

from collections.abc import Iterator
from itertools import islice

from meshctl.istio.labels import USE_WAYPOINT
from meshctl.mesh import Mesh
from meshctl.mesh.ambient import Binding
from meshctl.resources import Namespace, Resource, Service, ServiceEntry, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", holds=(USE_WAYPOINT,))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report labels whose waypoint is there and refuses; of a namespace for its first Service."""
    waypoints = mesh.ambient.waypoints
    if isinstance(resource, Namespace):
        bindings = (
            waypoints.of_service(host.source, when_ready=True)
            for host in mesh.registry.of_namespace(resource.name)
        )
        inherited = (
            binding for binding in bindings if binding.use is not None and binding.use.is_inherited
        )
        yield from islice(
            (found for binding in inherited for found in _found(binding, resource)), 1
        )
    elif isinstance(resource, Service | ServiceEntry):
        yield from _found(waypoints.of_service(resource, when_ready=True), resource)
    elif isinstance(resource, Workload) and resource in mesh.workloads:
        yield from _found(waypoints.of_pod(resource, when_ready=True), resource)


def _found(binding: Binding, resource: Resource) -> Iterator[Outcome]:
    use, waypoint, refusal = binding
    if use is None or waypoint is None or refusal is None or not waypoint.gateway.is_waypoint:
        return
    if use.is_inherited is not isinstance(resource, Namespace):
        return
    if refusal.reason == "AttachmentDenied":
        listener = waypoint.listener
        place = (
            listener.at("allowedRoutes") if listener is not None else waypoint.gateway.at("spec")
        )
        text = f"waypoint {use.key_name} takes nothing of namespace {resource.namespace or resource.name}"
    else:
        place = waypoint.gateway.at("metadata", "labels")
        text = f"waypoint {use.key_name} is for {quoted(waypoint.serves)} traffic alone"
    yield Finding(
        use.ref, f"{text}, so traffic to {resource.title} passes without its policies"
    ).also(place, "says so")
