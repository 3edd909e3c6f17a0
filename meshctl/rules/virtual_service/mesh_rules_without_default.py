"""The rules for a Service in the mesh leave some of its requests without a route.

A VirtualService replaces what sidecars do for the host. A request that no rule takes isn't sent to
the Service: it gets 404.

Fix: add a last rule without `match` that routes to the Service, unless the 404 is meant.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.INFO, since="0.1.0", holds=("match", "delegate"))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report http rules of registered hosts in the mesh of which none takes everything."""
    if mesh.traffic.routes.delegates.broken(service) or not service.hosts:
        return
    gap = mesh.sidecar_routes.gap(service)
    if gap is not None:
        host, port = gap
        yield Finding(
            service.spec.key("http"),
            f"in the mesh requests for {host}:{port} that no rule takes get 404, not the Service",
        )
