"""A route is accepted by a listener that has no configuration.

A listener whose certificate is bad, or whose port the Service in front of the Gateway doesn't have,
still accepts routes and counts them. Envoy gets nothing of it, and the status of the route doesn't
say so.

Fix: correct `tls.certificateRefs` of the listener, or add its `port` to the Service in front of the
Gateway.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report parents of which every listener that accepts the route is without configuration."""
    for dead in mesh.gateway_api.unserved.listeners(route):
        place = "sectionName" if dead.reference.section else "name"
        yield Finding(
            dead.reference.at(place),
            f"listener {quoted(dead.listener.listener.name)} accepts this route and serves nothing: "
            f"{dead.why}",
        ).also(dead.place, "what is wrong with the listener")
