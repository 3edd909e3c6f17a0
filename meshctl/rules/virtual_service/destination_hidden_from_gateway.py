"""A gateway routes to a host that isn't exported to the namespace of its pods.

A gateway has upstreams for hosts that its own namespace sees, which is that of its pods, not of the Gateway or the
VirtualService. For another host it answers 503 with response flag NC (cluster not found).

Fix: add the namespace of the gateway's pods to `exportTo` of the Service (annotation `networking.istio.io/exportTo`) or
ServiceEntry, or to `defaultServiceExportTo` of the mesh config.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", needs=("gateways",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts that others see, and the pods of a gateway that routes to them don't."""
    for route in service.routes:
        for destination in route.destinations:
            found = mesh.reachability.clusters.unseen_by_gateway(destination)
            if found is not None:
                host, home = found
                visible = shortened(sorted(host.visible), MOST_LISTED) or "no namespace"
                yield Finding(
                    destination.at("host"),
                    f"{host.host} is exported to {visible}, and the pods of the gateway run in {home}: it "
                    "answers 503",
                ).also(host.source.at("metadata", "name"), "declared here")
