"""The sidecar gives up before the gateway that the request goes through.

The timeout of the gateway's route never ends a request of this client: the sidecar has answered
`504` before. The gateway and the upstream go on working for nobody.

Fix: give the route of the sidecar the longer timeout, or the gateway's a shorter one.
"""

from collections.abc import Iterator

from meshctl.istio.durations import in_words, nanoseconds
from meshctl.mesh import Mesh
from meshctl.resources import Route, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.INFO, since="0.1.0", holds=("timeout", "delegate"))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report timeouts that are shorter than those of all routes at the gateway."""
    for first, seconds in mesh.reachability.egress_paths.http_pairs(service):
        outer, inner = _timeout(first), min(map(_timeout, seconds))
        if 0 < outer < inner:
            yield Finding(
                first.at("timeout"),
                f"the sidecar gives up after {in_words(outer)}, while the gateway would wait for "
                f"{in_words(inner)}",
            ).also(seconds[0].at("timeout"), "is the gateway's timeout")


def _timeout(route: Route) -> int:
    return nanoseconds(route.text("timeout")) or 0
