"""An ingress listener of a Sidecar sends to a port that no container of its pods lists.

`defaultEndpoint` is where the application listens. Containers need not list their ports, but where
they list others, the number is often a slip: then each request gets `503 UF connection refused`.

Fix: write the port on which the application listens, or list it in the container.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Sidecar, severity=Severity.INFO, since="0.1.0", holds=("defaultEndpoint",))
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report endpoints beside the ports that all selected pods list."""
    for place, port in mesh.sidecar_scope.listener_ports.undeclared_endpoints(sidecar):
        yield Finding(place, f"no container of these pods lists port {port}")
