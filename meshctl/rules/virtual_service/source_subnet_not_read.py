"""A match of a tcp route asks for a `sourceSubnet`, which Istio doesn't read.

The CRD keeps the field, and no istiod reads it: the route takes connections from everywhere, as far as the rest of
the match fits.

Fix: tell clients apart by `sourceLabels` or `sourceNamespace`, or refuse others by an AuthorizationPolicy with `ipBlocks`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("sourceSubnet",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report each block of addresses."""
    for route in service.tcp:
        for match in route.matches:
            if match.text("sourceSubnet"):
                block = quoted(match.text("sourceSubnet"))
                yield Finding(
                    match.key("sourceSubnet"),
                    f"Istio doesn't read sourceSubnet: connections from outside {block} take this route, too",
                )
