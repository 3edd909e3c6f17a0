"""An Ingress that Istio serves has a part that istiod makes nothing of.

istiod ignores `defaultBackend`, rules without `http`, backends that are no Services, and entries of `tls` without a
`secretName`. It says nothing of it; requests answer `404`, and handshakes are cut off.

Fix: write a rule without `host` for what `defaultBackend` should take; name a Service, and a Secret.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", holds=("Ingress",))
def check(ingress: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report the parts of Ingresses of Istio's class that it passes over."""
    if mesh.gateways.ingresses.has(ingress):
        for place, why in mesh.gateways.ingress_routes.ignored(ingress):
            yield Finding(place, f"{why}, so that this part of the Ingress is ignored")
