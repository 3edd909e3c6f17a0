"""A filter is of a type that Istio doesn't have, or has a value that it refuses.

istiod then drops all rules of the route, not just this one: its hosts answer `404`, though the route
is Accepted.

Fix: remove the entry of `filters`; what extensions do can be done by an EnvoyFilter or a WasmPlugin.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report filters that take every rule of the route away."""
    for fault in mesh.gateway_api.faults(route):
        if fault.reason != "InvalidFilter":
            continue
        if mesh.gateway_api.is_read_by_istio(route) is None:
            yield NotChecked("a Gateway that is not in the input may be another controller's")
        else:
            yield Finding(fault.ref, f"{fault.text}; istiod drops all rules of this {route.kind}")
