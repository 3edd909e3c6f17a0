"""A waypoint is asked for by something that it doesn't serve.

The label `istio.io/waypoint-for` says whose traffic a waypoint takes: that of Services (the default),
of workloads by their address, of both (`all`) or of nothing (`none`). Its listener lets in only its
own namespace, unless `allowedRoutes.namespaces` says otherwise. What asks for the waypoint and isn't
served is reached past it: its routes and policies there don't count.

Fix: change `istio.io/waypoint-for` or `allowedRoutes.namespaces` of the waypoint, or ask for a
waypoint that serves this.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesGateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first Service or workload that asks for a waypoint and isn't served."""
    for refused in mesh.clauses.waypoint_bypass.refused(gateway):
        yield Finding(
            gateway.at("metadata", "name"),
            f"{refused.user.title} asks for this waypoint and goes past it: {refused.why}",
        ).also(refused.use.ref, "asks for the waypoint")
        return
