"""A route at a Gateway uses a backend of another namespace that doesn't let it.

Its requests are answered with `500`; of several backends only its share. A ReferenceGrant has to
name the kind and namespace of the route. Routes that attach to Services need none.

Fix: write a ReferenceGrant in the namespace of the backend, or let the route live there.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report backends and mirrors that no ReferenceGrant allows."""
    for fault in mesh.gateway_api.faults(route):
        if fault.reason == "RefNotPermitted":
            yield Finding(fault.ref, fault.text)
    if all(parent.kind == "Service" for parent in route.parents):
        return
    for backend in route.backends:
        known = mesh.knows.all_of("ReferenceGrant", backend.namespace)
        if not mesh.reference_grants.allows_backend(backend) and not known:
            yield NotChecked(known.reason)
