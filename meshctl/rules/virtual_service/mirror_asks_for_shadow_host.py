"""Requests are mirrored to a site outside the mesh, which gets a Host that it doesn't know.

Envoy writes `-shadow` behind the Host of a mirrored request: `cart` becomes `cart-shadow`. A Service
of the mesh takes any Host; a site that serves several names answers 404, and nobody sees it, since
answers to mirrored requests are thrown away.

Fix: mirror to a Service of the mesh that sends them on with the Host the site expects.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=VirtualService,
    severity=Severity.WARNING,
    since="0.1.0",
    holds=("mirror", "mirrors", "delegate"),
)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report mirrors outside the mesh."""
    for destination, name, asked in mesh.clauses.outside_hosts.mirrors(service):
        yield Finding(
            destination.at("host"), f"{name} is outside the mesh and is asked for Host {asked}"
        )
