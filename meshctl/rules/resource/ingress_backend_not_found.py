"""An Ingress that Istio serves leads to a Service, or a port of it, that isn't there.

Ingresses of the class `istio` become routes of the ingress gateway. A route to a Service or port that
the mesh doesn't have is answered with 503.

Fix: write the name of a Service of this namespace, and one of its ports.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.resources.kubernetes.ingress import backends_of
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, quoted, shortened


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", holds=("Ingress",))
def check(ingress: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report backends of Ingresses that Istio serves."""
    if not mesh.gateways.ingresses.has(ingress):
        return
    for service in backends_of(ingress):
        if "defaultBackend" in service.path:
            continue  # resource/ingress-part-ignored speaks of it
        name = service.text("name")
        declared = mesh.registry.at(mesh.registry.fqdn(name, ingress.namespace)) if name else []
        known = mesh.knows.all_of("Service", ingress.namespace)
        missing = mesh.registry.together(declared).missing_port(
            service.child("port").number("number")
        )
        if missing is not None:
            ports = shortened(missing.known, MOST_LISTED)
            place = service.child("port").at("number")
            yield Finding(place, f"Service {name} has no port {place.value()}, only {ports}")
        elif mesh.gateways.ingress_routes.unnamed_port(ingress, service):
            place = service.child("port").at("name")
            text = f"Service {name} has no port called {quoted(str(place.value()))}"
            yield Finding(place, f"{text}, so that istiod leaves this path out")
        elif name and not declared and known:
            yield Finding(
                service.at("name"), f"namespace {ingress.namespace} has no Service {quoted(name)}"
            )
        elif name and not declared:
            yield NotChecked(known.reason)
