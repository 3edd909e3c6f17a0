"""A route sends requests to a subset that no DestinationRule of its clients defines.

Subsets live in DestinationRules, and a proxy reads just one for a host: of its own namespace, of
the Service's, or of the root namespace. If that one lacks the subset there is no such upstream,
and the requests are answered with 503 (response flag NC, cluster not found).

Fix: define the subset in the DestinationRule that the clients read, best of all beside the
Service and exported to them, or name a subset that exists.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.reachability import ELSEWHERE, LostSubset
from meshctl.resources import Destination, VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=VirtualService, severity=Severity.ERROR, equivalents=("IST0101", "KIA1107"), since="0.1.0",
      holds=("subset",))  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report subsets nobody defines, and those that some of the clients can't see."""
    for route in service.routes:
        for destination in route.destinations:
            if not destination.subset or not destination.host:
                continue
            lost = mesh.reachability.subsets.lost(route, destination)
            if lost is not None:
                yield _finding(destination, lost)
            elif not mesh.reachability.subsets.is_known(destination):
                yield NotChecked(mesh.knows.all_of("DestinationRule", service.namespace).reason)


def _finding(destination: Destination, lost: LostSubset) -> Finding:
    named = f"subset {destination.subset} of {destination.host}"
    severity = None
    if lost.client is None:
        known = f", only {shortened(lost.known.names, MOST_LISTED)}" if lost.known.names else ""
        message = f"no DestinationRule defines {named}{known}"
    else:
        where = lost.client.namespace
        if lost.client.is_gateway:
            who = f"gateway pods in {where}"
        elif where is ELSEWHERE:
            who, severity = "clients in other namespaces", Severity.WARNING
        else:
            who = f"clients in {where}"
            severity = None if where == destination.resource.namespace else Severity.WARNING
        owner = lost.rules[0].title
        message = f"{who} don't find {named}: they don't read {owner}, which defines it"
    finding = Finding(destination.at("subset"), message, severity=severity)
    meant = lost.known.meant_by(destination.subset) if lost.client is None else ""
    if meant:
        finding = finding.fixed_by(put(destination.at("subset"), meant))
    for destination_rule in lost.rules[:1]:
        finding = finding.also(destination_rule.at("spec", "subsets"), "the subsets of this host")
    return finding
