"""A tcp or tls match at a gateway has conditions that gateways don't read.

At a gateway istiod compares the port of the server and the name of the gateway, and of a `tls` match the
SNI. `sourceLabels`, `sourceNamespace` and `destinationSubnets` are for sidecars: a match with them takes
the connections of every client, so that a rule which was to hold for some holds for all.

Fix: remove the conditions, or bind the match to sidecars with `gateways: [mesh]`; an AuthorizationPolicy
says who may connect to a gateway.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule

_FIELDS = ("sourceLabels", "sourceNamespace", "destinationSubnets")


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=_FIELDS)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report conditions of matches that a gateway uses; info where sidecars use them as well."""
    in_mesh = MESH in mesh.traffic.routes.gateways_of(service)
    for route in (*service.tcp, *service.tls):
        for match in route.matches:
            ignored = mesh.clauses.match_listeners.narrowed_at_gateways(route, match)
            if ignored:
                yield Finding(
                    match.at(ignored[0]),
                    f"gateways don't read {' and '.join(ignored)}: there this match takes the "
                    "connections of every client",
                    severity=Severity.INFO if in_mesh else None,
                )
