"""Several destinations share a route and all their weights are zero.

The webhook refuses such a route; where it got in without the webhook, Envoy is sent a route with
no destination at all, rejects the configuration and goes on with the one it had before.

Fix: give the destination that should get the traffic a weight above zero.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0")
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report routes that split nothing."""
    for route in service.routes:
        entries = route.routes
        if len(entries) > 1 and not any(entry.weight for entry in entries):
            yield Finding(
                route.key("route"),
                f"the weights of these {len(entries)} destinations add up to 0, which istiod "
                "refuses; one of them must be above 0",
            )
