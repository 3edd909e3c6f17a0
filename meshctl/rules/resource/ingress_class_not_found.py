"""An Ingress is of the class `istio`, and there is no such IngressClass.

istiod serves an Ingress with `ingressClassName` where the IngressClass of that name has the controller
`istio.io/ingress-controller`. The installation brings none: without it no gateway gets routes of the Ingress, which
has no address and answers 404.

Fix: create an IngressClass `istio` with `controller: istio.io/ingress-controller`, or use the annotation
`kubernetes.io/ingress.class: istio`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.INFO, since="0.1.0", holds=("ingressClassName",))
def check(ingress: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report Ingresses whose class the whole mesh lacks."""
    if not mesh.gateways.ingresses.lacks_class(ingress):
        return
    if not mesh.is_whole:
        yield NotChecked("the input may lack the IngressClass, which is of the whole cluster")
        return
    yield Finding(
        ingress.spec.at("ingressClassName"),
        "there is no IngressClass of this name, so istiod passes over the Ingress, and no gateway routes for it",
    )
