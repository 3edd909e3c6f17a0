"""Finds the gateways through which a host is reached from outside, under which names and paths."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from meshctl.inspect.shown import Named, Place, Shown
from meshctl.mesh import Mesh
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.listeners import FilterChain
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.mesh.gateways.virtual_hosts import VirtualHost
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.traffic.routes import EffectiveRoute, WeightedCluster
from meshctl.resources import KubernetesRoute


@dataclass(frozen=True, slots=True)
class ExposedRoute:
    """One match whose requests come to the host; ``virtual_service`` may be another route."""

    match: str
    subset: str | None
    port: int | None
    virtual_service: Named
    location: Place


@dataclass(frozen=True, slots=True)
class Exposure:
    """One server or listener through which a host is reached, and where that is outside.

    ``is_open`` says whether a Service leads to its port.
    """

    gateway: Named
    workload: str | None
    hosts: tuple[str, ...]
    port: int | None
    outside_ports: tuple[int, ...]
    is_open: bool
    protocol: str
    tls: str | None
    redirects_to_https: bool
    addresses: tuple[str, ...]
    node_ports: tuple[int, ...]
    routes: tuple[ExposedRoute, ...]


def exposures(mesh: Mesh, host: RegisteredHost, shown: Shown) -> Iterator[Exposure]:
    """Walk the entrances to a host: of Istio's Gateways, then of the Gateway API's."""
    led: dict[EffectiveGateway, _Led] = {}
    for gateway in mesh.gateways:
        first = gateway.first  # of those that are sent the same
        if first not in led:
            led[first] = _Led([*_led_http(first, host)], [*_led_opaque(first, host)])
        yield from _http(mesh, gateway, led[first], host, shown)
        yield from _opaque(gateway, led[first], shown)
    yield from _of_gateway_api(mesh, host, shown)


class _Led(NamedTuple):
    """The virtual hosts and filter chains of a gateway that lead to a host, each with what does."""

    http: list[tuple[VirtualHost, list[EffectiveRoute]]]
    opaque: list[tuple[FilterChain, WeightedCluster]]


def _led_http(
    gateway: EffectiveGateway, host: RegisteredHost
) -> Iterator[tuple[VirtualHost, list[EffectiveRoute]]]:
    for hosts in gateway.route_configs.values():
        for virtual_host in hosts:
            found = [route for route in virtual_host.routes if _leads(route.targets, host)]
            if found:
                yield virtual_host, found


def _led_opaque(
    gateway: EffectiveGateway, host: RegisteredHost
) -> Iterator[tuple[FilterChain, WeightedCluster]]:
    for listener in gateway.listeners:
        for chain in listener.chains:
            for target in chain.targets:
                if target.host == host.host:
                    yield chain, target


def _http(
    mesh: Mesh, gateway: EffectiveGateway, led: _Led, host: RegisteredHost, shown: Shown
) -> Iterator[Exposure]:
    for virtual_host, found in led.http:
        for server in dict.fromkeys(virtual_host.servers):
            routes = tuple(_route(mesh, route, host, shown) for route in found)
            entrance = _entrance(gateway, server, virtual_host.domains, routes, shown)
            yield replace(entrance, redirects_to_https=server in virtual_host.redirected_by)


def _opaque(gateway: EffectiveGateway, led: _Led, shown: Shown) -> Iterator[Exposure]:
    for chain, target in led.opaque:
        routes = (_destination("every connection", target, shown),)
        yield _entrance(gateway, chain.server, chain.sni or ("*",), routes, shown)


def _entrance(
    gateway: EffectiveGateway, server: MergedServer, hosts: tuple[str, ...],
    routes: tuple[ExposedRoute, ...], shown: Shown,
) -> Exposure:  # fmt: skip
    services = gateway.workload.services
    opened = [
        entry
        for service in services
        for entry in service.ports
        if server.server.port == entry.port or server.target == entry.target
    ]
    return Exposure(
        gateway=shown.at(server.server.at()),
        workload=gateway.workload.name,
        hosts=tuple(hosts),
        port=server.server.port,
        outside_ports=tuple(sorted({entry.port for entry in opened})),
        is_open=not services or gateway.workload.exposes(server.target),
        protocol=server.server.protocol,
        tls=server.server.tls_mode or None,
        redirects_to_https=False,
        addresses=tuple(address for service in services for address in service.outside_addresses),
        node_ports=tuple(one for entry in opened for one in [entry.number("nodePort")] if one),
        routes=routes,
    )


def _route(mesh: Mesh, route: EffectiveRoute, host: RegisteredHost, shown: Shown) -> ExposedRoute:
    alternative = mesh.traffic.route_matches.find(route)
    target = next(
        weighted_cluster for weighted_cluster in route.targets if weighted_cluster.host == host.host
    )
    service = shown.whole(route.virtual_service)
    if alternative is None:
        place = shown.at(target.destination.at("host")).location
        text = str(route.request.path)
    else:
        place, text = shown.at(alternative.place).location, alternative.full_title
    return ExposedRoute(text, target.subset or None, target.port, service, place)


def _destination(match: str, target: WeightedCluster, shown: Shown) -> ExposedRoute:
    place = shown.at(target.destination.at("host"))
    return ExposedRoute(match, target.subset or None, target.port, place, place.location)


def _leads(targets: tuple[WeightedCluster, ...], host: RegisteredHost) -> bool:
    return any(target.host == host.host for target in targets)


def _of_gateway_api(mesh: Mesh, host: RegisteredHost, shown: Shown) -> Iterator[Exposure]:
    """Walk the listeners of the Gateway API whose routes name a Service; matches are not read."""
    for route in mesh.of(KubernetesRoute):
        backends = [
            backend
            for backend in route.backends
            if (backend.kind, backend.name, backend.namespace)
            == (host.source.kind, host.source.name, host.namespace)
        ]
        for parent in route.parents if backends else ():
            for listener in mesh.gateway_api.competing_routes.listeners(parent):
                yield Exposure(
                    gateway=shown.at(listener.at()),
                    workload=None,
                    hosts=tuple(route.hostnames) or (listener.hostname or "*",),
                    port=listener.port,
                    outside_ports=(),
                    is_open=True,
                    protocol=listener.protocol,
                    tls=listener.child("tls").text("mode") or None,
                    redirects_to_https=False,
                    addresses=tuple(_given(listener.resource.child("status"))),
                    node_ports=(),
                    routes=tuple(_backend(route, backend, shown) for backend in backends),
                )


def _backend(route: KubernetesRoute, backend: Any, shown: Shown) -> ExposedRoute:
    place = shown.at(backend.at()).location
    return ExposedRoute("what its rules ask for", None, backend.port, shown.whole(route), place)


def _given(status: Any) -> list[str]:
    return [
        value
        for _, entry in status.items("addresses")
        for value in [entry.get("value")]
        if isinstance(value, str)
    ]
