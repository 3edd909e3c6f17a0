"""Draws where requests go: from gateways, by routes of sidecars, and as workloads declare."""

from collections.abc import Iterator

from meshctl.inspect.graph.picture import Edge
from meshctl.inspect.graph.sketch import Sketch
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.tls_connection import Client, Result
from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCall
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.routes import ProxyNode, WeightedCluster
from meshctl.resources import VirtualService

_USUAL_PORT = 443
"""Stands in for the port of a listener where a destination names none and the host has several."""

_Target = tuple[WeightedCluster, str]
"""Where a route leads, and the VirtualService that says so."""


def draw_routing(sketch: Sketch) -> None:
    """Add all hosts, gateways with their routes, routes of sidecars, and declared calls."""
    for host in sketch.mesh.registry:
        sketch.host(host)
    draw_gateways(sketch)
    for host in sketch.mesh.registry:
        draw_sidecar_routes(sketch, host)
    draw_other_routes(sketch)
    draw_calls(sketch)


def draw_gateways(sketch: Sketch) -> None:
    """Add gateways, and where each leads."""
    for gateway in sketch.gateways:
        source = sketch.gateway(gateway)
        client = sketch.gateway_client(gateway)
        for target, service in gateway_targets(gateway):
            draw_target(sketch, source, client, target, service)


def gateway_targets(gateway: EffectiveGateway) -> Iterator[_Target]:
    """Walk where the routes of a gateway lead, HTTP first, then what it passes on."""
    for hosts in gateway.route_configs.values():
        for host in hosts:
            for route in host.routes:
                for target in route.targets:
                    yield target, route.virtual_service.title
    for listener in gateway.listeners:
        for chain in listener.chains:
            for target in chain.targets:
                yield target, target.destination.resource.title


def draw_sidecar_routes(sketch: Sketch, host: RegisteredHost) -> None:
    """Add where the sidecars of a host's own namespace send its requests, if a route says so."""
    client = Client("any client", host.namespace)
    for route in sketch.mesh.merged_routes.in_mesh(host.host, host.namespace):
        for target in route.targets:
            if (target.host, target.subset) != (host.host, ""):
                service = route.virtual_service.title
                draw_target(sketch, sketch.host(host), client, target, service)


def draw_other_routes(sketch: Sketch) -> None:
    """Add the routes of sidecars for hosts that nobody declares, and those of TLS and TCP."""
    routes = sketch.mesh.merged_routes
    for service in sketch.mesh.of(VirtualService):
        if MESH not in routes.gateways_of(service):
            continue
        home = service.namespace
        client, proxy = Client("any client", home), ProxyNode(home, None)
        for written in service.hosts:
            host = routes.full_name(written, home)
            passed_on = [
                routes.target(entry.destination, _USUAL_PORT, proxy, entry.weight)
                for route in (*service.tls, *service.tcp)
                for entry in route.routes
            ]
            is_declared = sketch.mesh.registry.has(host)
            found = () if is_declared else routes.in_mesh(host, home)
            for target in (
                *passed_on,
                *(weighted_cluster for route in found for weighted_cluster in route.targets),
            ):
                if (target.host, target.subset) != (host, ""):
                    draw_target(sketch, sketch.named(host, home), client, target, service.title)


def draw_target(
    sketch: Sketch, source: str, client: Client, target: WeightedCluster, service: str
) -> None:
    """Add where one destination of a route leads."""
    tls = sketch.tls(client, target.host, target.subset, target.port)
    end = sketch.named(target.host, client.namespace)
    if target.subset:
        end = sketch.subset(target.host, client.namespace, target.subset)
    weights = () if target.weight is None else (target.weight,)
    sketch.ways.add(Edge(source, end, "route", "", weights, tls, (service,)))


def draw_calls(sketch: Sketch, *, outside_alone: bool = False) -> None:
    """Add the calls that the settings of workloads name: commands, variables, ConfigMaps."""
    mesh = sketch.mesh
    calls = mesh.sidecar_scope.declared_calls
    for workload in mesh.workloads:
        client = mesh.security.mtls.client(workload)
        for url in calls.urls_of(workload):
            host = calls.service(url.host, workload.namespace)
            host = host or mesh.registry.find(url.host, workload.namespace)
            if host is None or (outside_alone and not host.is_external):
                continue
            source, target = sketch.client(workload), sketch.host(host)
            if source != target:
                tls = sketch.tls(client, host.host, "", url.port)
                call = DeclaredCall(host, url.port, url.place, url.scheme)
                if tls == Result.PLAINTEXT and call.speaks_tls:
                    tls = Result.TLS.value  # the proxy passes on what the application encrypts
                sketch.ways.add(Edge(source, target, "call", "", (), tls, (workload.title,)))
