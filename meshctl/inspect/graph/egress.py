"""Draws how requests leave the mesh: to outside hosts, straight or through a gateway."""

from meshctl.inspect.graph.gathering import worst
from meshctl.inspect.graph.picture import Edge, Node
from meshctl.inspect.graph.routing import (
    draw_calls,
    draw_sidecar_routes,
    draw_target,
    gateway_targets,
)
from meshctl.inspect.graph.sketch import Sketch
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.tls_connection import Client, ClientKind
from meshctl.resources import VirtualService

_SIDECARS = "pods of the mesh"
_CLIENTS = Node("clients:sidecar", "clients", "", _SIDECARS)


def draw_egress(sketch: Sketch) -> None:
    """Add outside hosts, who calls them, and the gateways on the way."""
    outside = {host.host: host for host in sketch.mesh.registry if host.is_external}
    routed = _draw_first_legs(sketch, outside)
    for gateway in sketch.gateways:
        client = sketch.gateway_client(gateway)
        for target, service in gateway_targets(gateway):
            if target.host in outside:
                draw_target(sketch, sketch.gateway(gateway), client, target, service)
    for host in outside.values():
        end = sketch.host(host)
        draw_sidecar_routes(sketch, host)
        if host.host not in routed:
            client = Client(_SIDECARS, host.namespace, ClientKind.SIDECAR)
            tls = sketch.tls(client, host.host)
            sketch.ways.add(Edge(sketch.nodes.add(_CLIENTS), end, "client", "", (), tls))
    draw_calls(sketch, outside_alone=True)
    _draw_policy(sketch)


def _draw_first_legs(sketch: Sketch, outside: dict[str, RegisteredHost]) -> set[str]:
    """Add the ways from pods to egress gateways; give the hosts that go there."""
    mesh = sketch.mesh
    routed: set[str] = set()
    for service in mesh.of(VirtualService):
        for leg in mesh.reachability.egress_paths.legs(service):
            if leg.host in outside or not mesh.registry.has(leg.host):
                routed.add(leg.host)
                _draw_leg(sketch, leg.gateway, leg.host, service)
    return routed


def _draw_leg(
    sketch: Sketch, gateway: EffectiveGateway, host: str, service: VirtualService
) -> None:
    client = Client(_SIDECARS, service.namespace, ClientKind.SIDECAR)
    domain = sketch.mesh.config.domain
    names = (f"{one.name}.{one.namespace}.svc.{domain}" for one in gateway.workload.services)
    tls = worst(sketch.tls(client, name) for name in names)
    source, end = sketch.nodes.add(_CLIENTS), sketch.gateway(gateway)
    sketch.ways.add(Edge(source, end, "client", host, (), tls, (service.title,)))


def _draw_policy(sketch: Sketch) -> None:
    """Say what becomes of hosts that nobody declares."""
    if sketch.mesh.config.registry_only:
        return
    fact = "outboundTrafficPolicy is ALLOW_ANY: pods reach hosts that nobody declares, too"
    end = sketch.nodes.add(Node("clients:undeclared", "unknown", "", "undeclared hosts", (fact,)))
    sketch.ways.add(Edge(sketch.nodes.add(_CLIENTS), end, "client", "ALLOW_ANY"))
