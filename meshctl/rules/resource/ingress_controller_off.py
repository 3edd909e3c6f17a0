"""An Ingress is of Istio's class, and the mesh config turns Istio's controller of Ingresses off.

With `ingressControllerMode: OFF` istiod reads no Ingress: no gateway gets its routes, it never has an address, and
requests for its hosts answer 404.

Fix: set `ingressControllerMode: STRICT`, which is the default, or route by a Gateway and a VirtualService.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0", holds=("Ingress",))
def check(ingress: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report Ingresses that another mode would serve (shouldProcessIngressWithClass, Istio 1.31)."""
    if mesh.gateways.ingresses.is_left_alone(ingress):
        yield Finding(
            ingress.at("metadata", "name"),
            "ingressControllerMode of the mesh config is OFF, so istiod passes over this Ingress, and no gateway "
            "routes for it",
        )
