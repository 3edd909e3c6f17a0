"""A condition on the authority leaves out the port that clients write behind the host.

Clients send the port in Host unless it is 80. For a host whose ports are others, `exact: reviews` never equals
`reviews:9080`: the rule takes no request, and those that it is for meet the next rule.

Fix: write `prefix`, or the host with its port.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=("authority",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report exact authorities without a port in VirtualServices for the mesh alone."""
    for route in service.http:
        for match in route.matches:
            condition = match.child("authority")
            exact = condition.text("exact")
            port = mesh.clauses.asked_hosts.only_with_port(service) if exact else None
            if port is not None and ":" not in exact:
                yield Finding(
                    condition.at("exact"),
                    f"{quoted(exact)} never matches: clients send {exact}:{port}, since the port isn't 80",
                )
