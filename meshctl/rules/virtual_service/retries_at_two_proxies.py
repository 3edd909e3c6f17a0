"""A request is retried by the sidecar and by the gateway that it goes through.

Each try of the sidecar makes the gateway try again as often as it may. When the upstream fails, it
gets the product of both: three retries at either proxy are up to 16 requests for one, just when it
can bear the least.

Fix: retry at one of the two proxies, best at the gateway, and set `attempts: 0` at the other.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Route, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=VirtualService, severity=Severity.INFO, since="0.1.0", holds=("attempts", "delegate"))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report retries of a route to a gateway, all of whose own routes for the host retry too."""
    for first, seconds in mesh.reachability.egress_paths.http_pairs(service):
        outer, inner = _attempts(first), min(map(_attempts, seconds))
        if outer and inner:
            yield (
                Finding(
                    first.at("retries", "attempts"),
                    f"{outer} retries here and {inner} at the gateway make up to "
                    f"{(outer + 1) * (inner + 1)} requests of one",
                )
                .also(seconds[0].at("retries", "attempts"), "retries as well")
                .fixed_by(put(first.at("retries", "attempts"), 0), safe=False)
            )


def _attempts(route: Route) -> int:
    return route.child("retries").number("attempts") or 0
