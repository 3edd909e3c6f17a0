"""Sidecars send requests to an egress gateway that doesn't know what to do with them.

Egress takes two legs: a route of the sidecars to the gateway's Service, and at the gateway a server
for the host with a route of its own. Without the server or the second route the gateway answers
404, or closes the connection. And TLS or TCP of a host that no ServiceEntry declares never takes
the first leg: sidecars have no listener for it and let it out directly.

Fix: give the Gateway a server for the host on that port, bind a route for it to the Gateway, and
declare the host with a ServiceEntry.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import DECLARING_KINDS
from meshctl.resources import Ref, ServiceEntry, VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=DECLARING_KINDS)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report first legs without a second one, and hosts that never take the first."""
    told: set[tuple[str, Ref]] = set()
    for leg in mesh.reachability.egress_paths.legs(service):
        if not mesh.is_whole and not mesh.reachability.egress_paths.names_second(service):
            yield NotChecked("Gateways and routes of egress gateways may be outside the input")
            return
        place = leg.destination.at("host")
        if (leg.host, place) in told:
            continue
        told.add((leg.host, place))
        name = leg.gateway.workload.name
        if not leg.servers:
            yield Finding(
                place,
                f"sidecars send {leg.host} to gateway {name}, which has no server for it on "
                f"container port {leg.port}",
            ).also(leg.gateway.gateways[0].spec.key("servers"), "has the gateway's servers")
        elif not mesh.reachability.egress_paths.has_second(leg):
            yield Finding(
                place, f"sidecars send {leg.host} to gateway {name}, which has no route for it"
            ).also(leg.servers[0].server.at("hosts"), "takes the host")
        elif leg.route.kind != "http" and _is_undeclared(leg.host, service, mesh):
            yield Finding(
                leg.route.at(),
                f"no ServiceEntry declares {leg.host}, so sidecars never use this route: its "
                "traffic leaves without the gateway",
            )


def _is_undeclared(host: str, service: VirtualService, mesh: Mesh) -> bool:
    known = mesh.is_whole or any(
        entry.namespace == service.namespace for entry in mesh.of(ServiceEntry)
    )
    return known and mesh.registry.find(host, service.namespace) is None
