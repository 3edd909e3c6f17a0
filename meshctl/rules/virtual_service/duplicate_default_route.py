"""Several VirtualServices of one host have a default route at a gateway.

istiod merges the VirtualServices of a host and moves every route that takes all requests to the
end. The first of them answers, the others never get a request: which one is first, the age of the
objects decides.

Fix: keep one default route for the host and narrow the others to their paths.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=VirtualService, severity=Severity.ERROR, since="0.1.0",
    renamed_from=("virtual-service/two-default-routes",), needs=("VirtualService[1]",),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report every default route after the first, and both outcomes where ages are unknown."""
    found = mesh.gateways.route_overlaps.unused_default(service)
    if found is None:
        return
    other, host = found.first.service, found.host.host
    turned, free = found.turned_in, found.free_in
    severity = None
    if found.order_known and turned is not None:
        severity = Severity.WARNING
        effect = f"and comes first; in {turned.where} this one does"
    elif found.order_known and free is not None:
        is_redirect = found.first.rule.action.has("redirect")
        severity = Severity.INFO if is_redirect else Severity.WARNING
        effect = f"and comes first, so this one is used only in {free.where}"
    elif found.order_known:
        effect = "and comes first, so this one is never used"
    else:
        effect = (
            "and only one of them is used: that of the older VirtualService, which files don't tell"
        )
    yield Finding(
        found.second.place,
        f"{other.title} has a default route for {host}, too, {effect}",
        severity=severity,
    ).also(found.first.place, "the other default route")
