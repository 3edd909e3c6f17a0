"""A backend has a host name where the name of a Service is wanted.

istiod then drops all rules of the route, not just this one: its hosts answer `404`, though the route
is Accepted.

Fix: write the Service's own name and its namespace apart, or use `kind: Hostname` of group
`networking.istio.io`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report backends that take every rule of the route away."""
    for fault in mesh.gateway_api.faults(route):
        if fault.reason == "InvalidDestination":
            yield Finding(fault.ref, f"{fault.text}; istiod drops all rules of this {route.kind}")
