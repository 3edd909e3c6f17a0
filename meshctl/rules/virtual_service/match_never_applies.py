"""A match asks for a port, a gateway or a source that istiod never writes routes for.

These conditions are settled when istiod writes routes, not when requests come. `port` is the number of the Gateway's server
(not of the pod or the Service in front of it), in the mesh that of the Service; for a host that no registry knows, it is 80.
Source labels are compared with the proxy that routes: at a gateway those are the gateway's own pods. `destinationSubnets`
are for addresses of the hosts. A match that doesn't fit is left out, and its requests go on to later rules, or get 404.

Fix: write the port of the server or Service, or give gateways and the mesh a match each (`gateways: [mesh]`).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.clauses import IdleMatch, Obstacle
from meshctl.mesh.traffic import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import all_of


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("match",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report matches that apply nowhere, and ports that fit some of the gateways, or no Service, alone."""
    for route in service.routes:
        for match in route.matches:
            idle, applying = mesh.clauses.match_listeners.idle(route, match)
            declared = mesh.clauses.match_listeners.undeclared(route, match)
            if declared:
                text = f"in the mesh the hosts have {all_of(declared)}: only calls to a port that none has fit"
                yield Finding(match.at("port"), text, severity=Severity.WARNING)
            if not idle or idle[0].obstacle is Obstacle.PROTOCOL:
                continue  # layer4-rules-without-listener
            one, field = idle[0], idle[0].obstacle.value
            if applying == 0:
                in_mesh, is_port = one.gateway == MESH, one.obstacle is Obstacle.PORT
                severity = Severity.INFO if in_mesh and one.is_of_source else None
                found = Finding(match.at(field), _reason(one, match.port), severity=severity)
                if is_port and not in_mesh and len(idle) == len(one.known) == 1:
                    found = found.fixed_by(put(match.at(field), int(one.known[0])), safe=False)
                yield found
            elif one.obstacle is Obstacle.PORT:
                text = f"only at some of the gateways: {_reason(one, match.port)}"
                yield Finding(match.at(field), text, severity=Severity.WARNING)


def _reason(one: IdleMatch, port: int | None) -> str:
    where = "the mesh" if one.gateway == MESH else one.gateway
    known = all_of(one.known)
    if one.obstacle is Obstacle.GATEWAY:
        return f"the VirtualService isn't bound to {where}, only to {known}, so nothing meets this match"
    if one.obstacle is Obstacle.PORT:
        what = "hosts of this VirtualService have" if one.gateway == MESH else "servers have"
        return f"port {port} never matches in {where}: there the {what} {known}"
    if one.obstacle is Obstacle.SUBNETS:
        return f"the hosts have addresses {known}: no connection goes to these subnets"
    if one.gateway == MESH:
        what = "has these labels" if one.obstacle is Obstacle.LABELS else "is in this namespace"
        return f"no workload of the mesh {what}, so nothing meets the match"
    what = "other labels" if one.obstacle is Obstacle.LABELS else f"namespace {known}"
    return f"at {where} the source is the gateway's own pod, which has {what}: nothing meets this match"
