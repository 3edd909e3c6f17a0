"""A backend of kind Hostname names a host that the route's own namespace doesn't declare.

istiod looks for a ServiceEntry (or Service) with that host in the namespace of the route alone, and
says BackendNotFound without one. Another namespace's entry still gets the requests, if it is
exported; without any they are answered with `500`.

Fix: declare the host with a ServiceEntry in the namespace of the route.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts that are declared nowhere, and more gently those declared elsewhere."""
    hosts = {
        reference.at("name"): reference
        for reference in route.backends
        if reference.kind == "Hostname"
    }
    for fault in mesh.gateway_api.faults(route):
        backend = hosts.get(fault.ref)
        if fault.reason == "BackendNotFound" and backend is not None:
            elsewhere = mesh.registry.at(backend.name)
            severity = Severity.WARNING if elsewhere else None
            yield Finding(fault.ref, fault.text, severity)
