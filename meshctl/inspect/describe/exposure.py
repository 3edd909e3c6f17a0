"""Finds the gateways through which a host is reached, and its names and paths there."""

from collections.abc import Iterator
from typing import Any

from meshctl.inspect.shown import Shown
from meshctl.mesh import Mesh
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.traffic.routes import EffectiveRoute, WeightedCluster
from meshctl.resources import KubernetesRoute


def exposures(mesh: Mesh, host: RegisteredHost, shown: Shown) -> Iterator[dict[str, Any]]:
    """Walk the entrances to a host: of Istio's Gateways, then of the Gateway API's."""
    for gateway in mesh.gateways:
        yield from _http(mesh, gateway, host, shown)
        yield from _opaque(gateway, host, shown)
    yield from _of_gateway_api(mesh, host, shown)


def _http(
    mesh: Mesh, gateway: EffectiveGateway, host: RegisteredHost, shown: Shown
) -> Iterator[dict[str, Any]]:
    for hosts in gateway.route_configs.values():
        for virtual_host in hosts:
            found = [route for route in virtual_host.routes if _leads(route.targets, host)]
            for server in dict.fromkeys(virtual_host.servers) if found else ():
                form = _entrance(gateway, server, virtual_host.domains, shown)
                form["redirects_to_https"] = server in virtual_host.redirected_by
                form["routes"] = [_route(mesh, route, host, shown) for route in found]
                yield form


def _opaque(
    gateway: EffectiveGateway, host: RegisteredHost, shown: Shown
) -> Iterator[dict[str, Any]]:
    for listener in gateway.listeners:
        for chain in listener.chains:
            for target in chain.targets:
                if target.host == host.host:
                    form = _entrance(gateway, chain.server, chain.sni or ("*",), shown)
                    form["routes"] = [_destination("every connection", target, shown)]
                    yield form


def _entrance(
    gateway: EffectiveGateway, server: MergedServer, hosts: tuple[str, ...], shown: Shown
) -> dict[str, Any]:
    services = gateway.workload.services
    opened = [
        entry
        for service in services
        for entry in service.ports
        if server.server.port == entry.port or server.target == entry.target
    ]
    return {
        "gateway": shown.at(server.server.at()),
        "workload": gateway.workload.name,
        "hosts": list(hosts),
        "port": server.server.port,
        "outside_ports": sorted({entry.port for entry in opened}),
        "is_open": not services or gateway.workload.exposes(server.target),
        "protocol": server.server.protocol,
        "tls": server.server.tls_mode or None,
        "redirects_to_https": False,
        "addresses": [address for service in services for address in service.outside_addresses],
        "node_ports": [
            node_port for entry in opened for node_port in [entry.number("nodePort")] if node_port
        ],
    }


def _route(mesh: Mesh, route: EffectiveRoute, host: RegisteredHost, shown: Shown) -> dict[str, Any]:
    alternative = mesh.traffic.route_matches.find(route)
    target = next(
        weighted_cluster for weighted_cluster in route.targets if weighted_cluster.host == host.host
    )
    text = alternative.full_title if alternative is not None else str(route.request.path)
    form = _destination(text, target, shown)
    form["virtual_service"] = shown.whole(route.virtual_service)
    if alternative is not None:
        form["location"] = shown.at(alternative.place)["location"]
    return form


def _destination(match: str, target: WeightedCluster, shown: Shown) -> dict[str, Any]:
    place = shown.at(target.destination.at("host"))
    return {
        "match": match,
        "subset": target.subset or None,
        "port": target.port,
        "virtual_service": place,
        "location": place["location"],
    }


def _leads(targets: tuple[WeightedCluster, ...], host: RegisteredHost) -> bool:
    return any(weighted_cluster.host == host.host for weighted_cluster in targets)


def _of_gateway_api(mesh: Mesh, host: RegisteredHost, shown: Shown) -> Iterator[dict[str, Any]]:
    """Walk the listeners of the Gateway API whose routes name a Service; matches are not read."""
    for route in mesh.of(KubernetesRoute):
        backends = [
            reference
            for reference in route.backends
            if (reference.kind, reference.name, reference.namespace)
            == (host.source.kind, host.source.name, host.namespace)
        ]
        for parent in route.parents if backends else ():
            for listener in mesh.gateway_api.competing_routes.listeners(parent):
                yield {
                    "gateway": shown.at(listener.at()),
                    "workload": None,
                    "hosts": list(route.hostnames) or [listener.hostname or "*"],
                    "port": listener.port,
                    "outside_ports": [],
                    "is_open": True,
                    "protocol": listener.protocol,
                    "tls": listener.child("tls").text("mode") or None,
                    "redirects_to_https": False,
                    "addresses": _given(listener.resource.child("status")),
                    "node_ports": [],
                    "routes": [
                        {
                            "match": "what its rules ask for",
                            "subset": None,
                            "port": reference.port,
                            "virtual_service": shown.whole(route),
                            "location": shown.at(reference.at())["location"],
                        }
                        for reference in backends
                    ],
                }


def _given(status: Any) -> list[str]:
    return [
        value
        for _, entry in status.items("addresses")
        for value in [entry.get("value")]
        if isinstance(value, str)
    ]
