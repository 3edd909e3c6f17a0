"""A route for a Service of another namespace lies where no client runs.

A route in the Service's namespace is for all its clients; one in another namespace is for the clients of that namespace
alone. Where none of them is in the mesh, nobody follows it: the status says that it is accepted, and requests go on as
if it weren't there.

Fix: move the route to the namespace of the Service, or to that of the clients it is for.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services that others call, and no workload of the mesh in the route's namespace.

    Such a route is exported to its own namespace (pilot/pkg/config/kube/gateway/conversion.go, Istio 1.31).
    """
    home = route.namespace
    for reference, host in mesh.gateway_api.services_of(route):
        if reference.namespace == home or mesh.workloads.in_mesh(home):
            continue
        callers = [
            caller
            for registered_host in mesh.registry.at(host)
            for caller in mesh.sidecar_scope.declared_callers.of_host(registered_host)
        ]
        if not callers:
            continue
        if known := mesh.knows.all_of("Pod", home):
            yield Finding(
                reference.at("name"),
                f"only clients of namespace {home} follow this route to {host}, and none of its workloads is in "
                f"the mesh; {callers[0].workload.title} calls it",
            ).also(callers[0].call.place, "calls it")
        else:
            yield NotChecked(known.reason)
