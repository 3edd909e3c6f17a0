"""A condition on the authority asks for a host that this VirtualService isn't for.

Requests come to its rules by their Host, which is one of `hosts`. A condition that none of these
meets never matches.

Fix: write the other host into `hosts`, or correct the condition.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import WRITTEN_KINDS, StringMatch
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("authority",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report authorities that no request for the hosts has."""
    for route in service.http:
        for match in route.matches:
            condition = match.child("authority")
            for kind in WRITTEN_KINDS:
                asked = StringMatch(kind, condition.text(kind)) if condition.text(kind) else None
                if asked is not None and mesh.clauses.asked_hosts.never_is(service, asked):
                    yield Finding(
                        condition.at(kind),
                        f"authority {asked} never matches: requests come for "
                        f"{', '.join(service.hosts[:3])} alone",
                    )
