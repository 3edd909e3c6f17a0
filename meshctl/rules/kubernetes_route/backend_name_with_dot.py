"""A backend has a host name where the name of a Service is wanted.

istiod then drops all rules of the route, not just this one: its hosts answer `404`, though the route
is Accepted.

Fix: write the Service's own name and its namespace apart, or use `kind: Hostname` of group
`networking.istio.io`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute, Ref
from meshctl.rules.api import Edit, Finding, Outcome, Severity, put, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report backends that take every rule of the route away."""
    for fault in mesh.gateway_api.faults(route):
        if fault.reason == "InvalidDestination" and fault.ref.path[-1] in {"name", "namespace"}:
            text = f"{fault.text}; istiod drops all rules of this {route.kind}"
            yield Finding(fault.ref, text).fixed_by(*_edits(route, fault.ref, mesh))


def _edits(route: KubernetesRoute, place: Ref, mesh: Mesh) -> Iterator[Edit]:
    """Write the name alone, where the host is that of a Service beside the route."""
    for backend in route.backends:
        name, _, _ = backend.name.partition(".")
        if backend.at("name") == place and backend.kind == "Service":
            hosts = {
                registered_host.host
                for registered_host in mesh.reachability.clusters.services_named(name)
            }
            host = mesh.registry.fqdn(name, route.namespace)
            forms = {host, f"{name}.{route.namespace}", f"{name}.{route.namespace}.svc"}
            if host in hosts and backend.name in forms and not backend.text("namespace"):
                yield put(place, name)
