"""A request is retried by the sidecar and by the gateway that it goes through.

Each try of the sidecar makes the gateway try again as often as it may. When the upstream fails, it
gets the product of both: three retries at either proxy are up to 16 requests for one, just when it
can bear the least.

Fix: retry at one of the two proxies, best at the gateway, and set `attempts: 0` at the other.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.legs import attempts
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.INFO, since="0.1.0")
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report retries of a route to a gateway, all of whose own routes for the host retry too."""
    for legs in mesh.gateway_legs.of(service):
        outer = attempts(legs.outer)
        inner = min(map(attempts, legs.inner))
        if outer and inner:
            yield Finding(
                legs.outer.saying("retries").at("retries", "attempts"),
                f"{outer} retries here and {inner} at the gateway make up to "
                f"{(outer + 1) * (inner + 1)} requests of one",
            ).also(legs.inner[0].saying("retries").at("retries", "attempts"), "retries as well")
