"""A condition on the authority asks for a host that this VirtualService isn't for.

Requests come to its rules by their Host, which is one of `hosts`. A condition that none of these
meets never matches; one on the header `host` or `:authority` asks for the same.

Fix: write the other host into `hosts`, or correct the condition.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import WRITTEN_KINDS, StringMatch
from meshctl.resources import Match, View, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule

_HOST = frozenset({"host", ":authority"})


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("authority", "headers"))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report authorities that no request for the hosts has."""
    for route in service.http:
        for match in route.matches:
            for condition in _conditions(match):
                for kind in WRITTEN_KINDS:
                    text = condition.text(kind)
                    asked = StringMatch(kind, text) if text else None
                    if asked is not None and mesh.clauses.asked_hosts.never_is(service, asked):
                        yield Finding(
                            condition.at(kind),
                            f"{condition.path[-1]} {asked} never matches: requests come for "
                            f"{', '.join(service.hosts[:3])} alone",
                        )


def _conditions(match: Match) -> Iterator[View]:
    """Walk the conditions on the Host: of HTTP/2, or by its older name, which Envoy reads as one."""
    yield match.child("authority")
    headers = match.child("headers")
    for name in headers.names():
        if name.lower() in _HOST:
            yield headers.child(name)
