"""A match asks for the labels of the client, and a waypoint routes for the host.

A waypoint serves all clients and doesn't know the labels of their pods: istiod leaves out every
match with `sourceLabels` there, and compares `sourceNamespace` with the waypoint's own namespace.
Requests go on to later rules, or to the Service as if there were none.

Fix: tell clients apart by something they send, such as a header, or give them hosts of their own.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.ambient import ambient_services
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=VirtualService, severity=Severity.ERROR, since="0.1.0",
    holds=("sourceLabels", "sourceNamespace"),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report conditions on the source where a waypoint routes for one of the hosts."""
    for _, declared in ambient_services(service, mesh.registry, mesh.ambient):
        use = mesh.ambient.waypoint_use(declared)
        if use is None:
            continue
        for route in service.http:
            for match in route.matches:
                home = match.text("sourceNamespace")
                if match.has("sourceLabels"):
                    text = f"waypoint {use.key_name} leaves out this match, which asks for source labels"
                    yield Finding(match.at("sourceLabels"), text).also(
                        declared.at("metadata", "name"), "is the Service that it routes for"
                    )
                elif home and home != use.namespace:
                    text = f"at waypoint {use.key_name} the source is the waypoint itself, never {home}"
                    yield Finding(match.at("sourceNamespace"), text)
        return
