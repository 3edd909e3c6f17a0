"""A route attaches to a listener that doesn't take routes of its kind.

HTTP and HTTPS listeners take HTTPRoutes and GRPCRoutes, TCP ones TCPRoutes, TLS ones TLSRoutes (and
TCPRoutes where they open TLS); `allowedRoutes.kinds` may leave fewer. The route is not accepted.

Fix: name in `parentRefs[].sectionName` a listener of the protocol, or let the listener take the kind
(`allowedRoutes.kinds`).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report parents that would take the route, were it of another kind."""
    for status in mesh.gateway_api.parents(route):
        if status.is_accepted:
            continue
        for attachment in status.attachments:
            if (
                attachment.denial is not None
                and attachment.denial.is_about_kind
                and attachment.listener is not None
            ):
                place = "sectionName" if status.reference.section else "name"
                yield Finding(status.reference.at(place), attachment.denial.text).also(
                    attachment.listener.listener.at("protocol"), "the listener"
                )
                break
