"""A route at a gateway leads to the Service of that very gateway.

The gateway connects to itself and takes the request by the same route again, until a time limit or a
limit of connections ends it: `503`, `504`, and a gateway that is busy with itself. Mostly it is the
first leg of an egress gateway without `gateways: [mesh]` in its match.

Fix: limit the rule to the sidecars by `match: [{gateways: [mesh]}]`, and write a rule with
`gateways: [<gateway>]` that leads to the host itself.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("gateways",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report destinations behind which the gateway of the rule stands."""
    for destination, gateway in mesh.reachability.egress_paths.returns(service):
        yield Finding(
            destination.at("host"),
            f"Gateway {gateway} sends these requests to itself: {destination.host} is its own Service",
        )
