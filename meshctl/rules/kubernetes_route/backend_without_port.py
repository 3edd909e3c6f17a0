"""A backend names a Service and no port.

The field may be left out for kinds that have no ports alone. For a Service or host istiod drops all
rules of the route, not just this one: its hosts answer `404`, though the route is Accepted.

Fix: write a port of the Service into `backendRefs[].port`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report backends without a port; the only port of a Service can be written there."""
    backends = {backend.at(): backend for backend in route.backends}
    for fault in mesh.gateway_api.faults(route):
        backend = backends.get(fault.ref)
        if fault.reason == "InvalidDestination" and backend is not None:
            text = f"{fault.text}; istiod drops all rules of this {route.kind}"
            host = mesh.registry.fqdn(backend.name, backend.namespace)
            ports = {
                port.number
                for registered_host in mesh.registry.at(host)
                for port in registered_host.ports
            }
            edits = [put(backend.at("port"), port) for port in ports if len(ports) == 1]
            yield Finding(fault.ref, text).fixed_by(*edits)
