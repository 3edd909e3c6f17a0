"""A condition on the authority asks for a host that this VirtualService isn't for.

Requests come to its rules by their Host, which is one of `hosts`. A condition that none of these
meets never matches; one on the header `host` or `:authority` asks for the same.

Fix: write the other host into `hosts`, or correct the condition.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import StringMatch
from meshctl.resources import Condition, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule

_HOST = frozenset({"host", ":authority"})


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("authority", "headers"))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report authorities that no request for the hosts has."""
    for condition in service.conditions:
        if condition.field != "authority" and not _is_host(condition):
            continue
        for kind, text in condition.texts:
            asked = StringMatch(kind, text)
            if mesh.clauses.asked_hosts.never_is(service, asked):
                yield Finding(
                    condition.view.at(kind),
                    f"{condition.name or condition.field} {asked} never matches: requests come for "
                    f"{', '.join(service.hosts[:3])} alone",
                )


def _is_host(condition: Condition) -> bool:
    """Is it on the Host by its older names, which Envoy reads as one with the authority?"""
    return condition.field == "headers" and condition.name.lower() in _HOST
