"""Reads what a gateway workload listens on, and which routes it has, in Envoy's order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from meshctl.inspect.routes.envoy import (
    Action,
    EnvoyChain,
    EnvoyMatch,
    action_of,
    chain_of,
    match_of,
)
from meshctl.inspect.routes.settings import faults_on, settings_of
from meshctl.inspect.shown import Place, place
from meshctl.mesh import Mesh
from meshctl.mesh.core.precedence import order_is_known
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.mesh.gateways.virtual_hosts import VirtualHost
from meshctl.mesh.traffic.routes import EffectiveRoute
from meshctl.resources import GeneratedGateway, Match, Route, View, VirtualService


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """One route with its VirtualService, where that writes it, and why it stands where it does."""

    virtual_service: str
    name: str
    match: EnvoyMatch
    action: Action
    location: Place
    reason: str
    settings: dict[str, Any]
    """What else happens on it, by name: timeout, retries, mirrors, headers, CORS, faults."""
    faults: tuple[str, ...] = ()
    """What faults do, in words."""


@dataclass(frozen=True, slots=True)
class VirtualHostEntry:
    """One virtual host; ``order_known`` says that other creation times make the same of it."""

    name: str
    domains: tuple[str, ...]
    redirects: bool
    routes: tuple[RouteEntry, ...]
    order_known: bool


@dataclass(frozen=True, slots=True)
class ListenerEntry:
    """One listener; Envoy refuses it if two chains have an SNI name in common."""

    name: str
    address: str
    chains: tuple[EnvoyChain, ...]
    duplicate_sni: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServerEntry:
    """What became of one server: whether the configuration would differ without it, and why."""

    server: str
    serves: bool
    has_effect: bool
    target_port: int
    reason: str
    location: Place


@dataclass(frozen=True, slots=True)
class GatewayEntry:
    """The whole configuration of one gateway workload.

    ``never_routes`` are the matches, each with its VirtualService, that no route came from.
    """

    name: str
    listeners: tuple[ListenerEntry, ...]
    routes: dict[str, tuple[VirtualHostEntry, ...]]
    servers: tuple[ServerEntry, ...]
    never_routes: tuple[tuple[str, str], ...]

    @property
    def parts(self) -> tuple[int, ...]:
        """A key that gateway workloads share which share all their parts."""
        return id(self.listeners), id(self.routes), id(self.servers)


def gateway_entry(gateway: EffectiveGateway, mesh: Mesh) -> GatewayEntry:
    """Read the whole configuration of one gateway workload."""
    return GatewayEntry(
        gateway.workload.name,
        _listeners(gateway),
        {name: host_entries(hosts) for name, hosts in sorted(gateway.route_configs.items())},
        tuple(_servers(gateway)),
        tuple(
            (virtual_service.key_name, name)
            for virtual_service, name in never_routes(gateway, mesh)
        ),
    )


class GatewayEntries:
    """Reads the configuration of gateway workloads; what alike ones are sent is read once."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._firsts: dict[EffectiveGateway, GatewayEntry] = {}

    def of(self, gateway: EffectiveGateway) -> GatewayEntry:
        """Read the configuration of one; those that are alike share its parts."""
        first = self._firsts.get(gateway.like)
        if first is None:
            first = self._firsts[gateway.like] = gateway_entry(gateway.like, self._mesh)
        return replace(first, name=gateway.workload.name)


def alike(entries: Iterable[GatewayEntry]) -> list[tuple[GatewayEntry, list[str]]]:
    """Group the gateway workloads that share all their parts: the first of each, and all names."""
    found: dict[tuple[int, ...], tuple[GatewayEntry, list[str]]] = {}
    for entry in entries:
        found.setdefault(entry.parts, (entry, []))[1].append(entry.name)
    return list(found.values())


def host_entries(hosts: Iterable[VirtualHost]) -> tuple[VirtualHostEntry, ...]:
    """Read virtual hosts."""
    return tuple(
        VirtualHostEntry(
            host.name, tuple(host.domains), bool(host.redirects),
            tuple(map(route_entry, host.routes)), _order_is_known(host),
        )
        for host in hosts
    )  # fmt: skip


def route_entry(route: EffectiveRoute) -> RouteEntry:
    """Read one route."""
    match = route.match.match if route.match is not None else None
    reason = (
        "takes every request, so it comes after all routes that don't"
        if route.is_catch_all
        else "in the order of its VirtualService"
    )
    written = place((match or route.rule.action).at())
    service = route.virtual_service
    faults = faults_on(route)
    asked = match_of(match, by_segment=service.is_generated)
    return RouteEntry(
        service.key_name,
        route.name,
        asked,
        action_of(route),
        written,
        reason,
        settings_of(route),
        faults.texts if faults is not None else (),
    )


def never_routes(gateway: EffectiveGateway, mesh: Mesh) -> Iterator[tuple[VirtualService, str]]:
    """Walk the http matches (or routes without any) that no route of this gateway came from."""
    used = {
        (one.resource, one.path)
        for hosts in gateway.route_configs.values()
        for host in hosts
        for route in host.routes
        for one in route.written
    }
    for service in mesh.of(VirtualService):
        for route in service.http:
            for match in route.matches or (route,):
                if (match.resource, match.path) not in used:
                    yield service, _written_name(route, match)


def reason(server: MergedServer, gateway: EffectiveGateway) -> str:
    """Say in words what became of a server."""
    if server.drop is not None:
        if server.rival is None:
            return f"dropped: {server.drop.value}"
        known = gateway.order_is_known(server, server.rival)
        doubt = "" if known else " (another order of creation may change it)"
        return f"dropped: {server.drop.value}, {server.rival.key_name}{doubt}"
    if server in gateway.serving:
        return "serves"
    if isinstance(server.server.gateway, GeneratedGateway):
        return "contributes nothing: no route that its listener takes has its host names"
    return "contributes nothing: no VirtualService that names its Gateway routes for its hosts"


def _listeners(gateway: EffectiveGateway) -> tuple[ListenerEntry, ...]:
    return tuple(
        ListenerEntry(
            listener.name, f"{listener.bind}:{listener.port}", tuple(map(chain_of, listener.chains)),
            tuple(listener.duplicate_sni),
        )
        for listener in gateway.listeners
    )  # fmt: skip


def _servers(gateway: EffectiveGateway) -> Iterator[ServerEntry]:
    """Walk the servers, each with whether the configuration would differ without it.

    Only for one that pushes others out this is tried: they would take its place.
    """
    rivals = {server.rival for server in gateway.servers if server.rival is not None}
    before = _configuration(gateway) if rivals else None
    for merged_server in gateway.servers:
        serves = merged_server in gateway.serving
        has_effect = serves
        if merged_server in rivals:
            has_effect = _configuration(gateway.without(merged_server.server)) != before
        yield ServerEntry(
            merged_server.key_name, serves, has_effect, merged_server.target, reason(merged_server, gateway),
            place(merged_server.server.at()),
        )  # fmt: skip


def _configuration(gateway: EffectiveGateway) -> object:
    """Everything that Envoy gets, to compare with that of another gateway."""
    hosts = {
        name: [
            (
                virtual_host.name,
                virtual_host.domains,
                bool(virtual_host.redirects),
                _sent(virtual_host),
            )
            for virtual_host in several
        ]
        for name, several in gateway.route_configs.items()
    }
    return _listeners(gateway), hosts


def _sent(host: VirtualHost) -> list[object]:
    return [
        (
            route.virtual_service.key_name, route.name,
            match_of(route.match.match if route.match is not None else None), action_of(route),
            settings_of(route),
        )
        for route in host.routes
    ]  # fmt: skip


def _order_is_known(host: VirtualHost) -> bool:
    services = dict.fromkeys(route.virtual_service for route in host.routes)
    gateways = dict.fromkeys(server.server.gateway for server in host.servers)
    return order_is_known(services) and order_is_known(gateways)


def _written_name(route: Route, view: View) -> str:
    own = view.name if isinstance(view, Match) else ""
    return f"{route.name}.{own}" if own else route.name
