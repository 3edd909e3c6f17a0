"""Two VirtualServices of one host want the same requests at a gateway.

istiod puts the routes of all VirtualServices for a host at a gateway into one list, the oldest
VirtualService first. Where two of them match the same request, the age of the objects decides
which one gets it, so deleting and applying one again changes the traffic. Older Gateways bring
their VirtualServices first, so the order may differ from one listener to the next.

Fix: write the overlapping rules in one VirtualService, in the order that is meant, or make them
disjoint; a root with delegates keeps teams apart.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import MOST_PAIRS, RouteOverlap
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=("VirtualService[1]",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report each pair once, at the one that comes second, with a request that both match."""
    for overlap in mesh.gateways.route_overlaps.overlaps(service):
        if overlap.leak is None:
            yield _finding(overlap)
    host = mesh.gateways.route_overlaps.unfinished.get(service)
    if host is not None:
        yield NotChecked(f"host {host} has more than {MOST_PAIRS} pairs of matches to compare")


def _finding(overlap: RouteOverlap) -> Finding:
    first, second = overlap.first, overlap.second
    told = f"{first.service.title} also takes {overlap.witness} for {overlap.host.host}"
    severity = None
    turned, free = overlap.turned_in, overlap.free_in
    if not overlap.order_known:
        outcome = (
            "the older of the two gets it, and files don't tell which one that is: "
            f"{first.title} there, or {second.title} here"
        )
    elif turned is not None:
        outcome = f"the age of their Gateways decides, and in {turned.where} this one comes first"
    elif overlap.second_is_dead and free is not None:
        outcome = f"that one comes first, and this match gets requests only in {free.where}"
    elif overlap.second_is_dead:
        severity = Severity.ERROR
        outcome = (
            "that one comes first and takes all that this match could for the host, "
            "which never gets such a request"
        )
    elif overlap.first_is_inside:
        severity = Severity.INFO
        outcome = "that one comes first as long as it is the older one"
    else:
        outcome = "that one comes first and gets what both match"
    return Finding(second.place, f"{told}; {outcome}", severity=severity).also(
        first.place, f"{first.title} matches the same request"
    )
