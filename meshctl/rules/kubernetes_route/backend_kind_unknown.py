"""A route has a backend of a kind that Istio doesn't send requests to.

Istio knows Service, ServiceImport and, of group `networking.istio.io`, Hostname; an InferencePool
only where that is switched on. Requests for another kind are answered with `500`.

Fix: name a Service, or a host that a ServiceEntry declares by `kind: Hostname`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report backends of other kinds."""
    for fault in mesh.gateway_api.faults(route):
        if fault.reason != "InvalidKind":
            continue
        if mesh.gateway_api.is_read_by_istio(route) is None:
            yield NotChecked("a Gateway that is not in the input may be another controller's")
        else:
            yield Finding(fault.ref, fault.text)
