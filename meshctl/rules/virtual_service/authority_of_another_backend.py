"""A route leads to one site outside the mesh and asks it for the host of another one.

A rewrite is for all destinations of its rule. A site that gets the name of another site, whose own
ServiceEntry says that it is elsewhere, answers 404, 403 or 421.

Fix: write the authority of the destination; where a rule has several, set the Host of each in the
`headers` of the destination instead of the rewrite.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("authority", "delegate"))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report rewrites to a host that is declared, or nearly the destination's."""
    for place, destination, name in mesh.clauses.outside_hosts.misnamed(service):
        yield Finding(
            place,
            f"{name} is asked for Host {quoted(place.value())}, which is another site",
        ).also(destination.at("host"), "the site that is asked")
