"""Lists a gateway workload's listeners and routes, in Envoy's order."""

from collections.abc import Iterator
from typing import Any

from meshctl.engine.locations import locate
from meshctl.errors import UsageError
from meshctl.inspect.routes.envoy_words import action_form, chain_form, match_form
from meshctl.mesh import Mesh
from meshctl.mesh.core.hosts import HostIndex
from meshctl.mesh.core.precedence import order_is_known
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.mesh.gateways.virtual_hosts import VirtualHost
from meshctl.mesh.traffic.routes import EffectiveRoute
from meshctl.resources import Match, Ref, Route, View, VirtualService


def gateway_form(
    gateway: EffectiveGateway, mesh: Mesh, *, with_places: bool = True
) -> dict[str, Any]:
    """Write the whole configuration of one gateway workload.

    ``with_places`` adds to every route and server where it is written, and why it is there.
    """
    form: dict[str, Any] = {
        "listeners": _listeners(gateway),
        "routes": _routes(gateway, with_places=with_places),
        "servers_effect": dict(_effects(gateway)),
        "never_routes": [[service.key_name, name] for service, name in never_routes(gateway, mesh)],
        "duplicate_sni": {
            listener.name: list(listener.duplicate_sni)
            for listener in gateway.listeners
            if listener.duplicate_sni
        },
    }
    if with_places:
        form["servers"] = [_server(server, gateway) for server in gateway.servers]
    return form


def never_routes(gateway: EffectiveGateway, mesh: Mesh) -> Iterator[tuple[VirtualService, str]]:
    """Walk the http matches (or routes without any) that no route of this gateway came from."""
    used = {
        (match.resource, match.path)
        for hosts in gateway.route_configs.values()
        for host in hosts
        for route in host.routes
        for match in route.written
    }
    for service in mesh.of(VirtualService):
        for route in service.http:
            for each_match in route.matches or (route,):
                if (each_match.resource, each_match.path) not in used:
                    yield service, _written_name(route, each_match)


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
    return "contributes nothing: no VirtualService that names its Gateway routes for its hosts"


def place(ref: Ref) -> dict[str, Any]:
    """Write where something is written."""
    found = locate(ref)
    return {"file": found.file, "line": found.line, "column": found.column, "path": found.path}


def _listeners(gateway: EffectiveGateway) -> list[dict[str, Any]]:
    return [
        {
            "name": listener.name,
            "address": f"{listener.bind}:{listener.port}",
            "chains": [chain_form(chain) for chain in listener.chains],
        }
        for listener in gateway.listeners
    ]


def _routes(gateway: EffectiveGateway, *, with_places: bool) -> dict[str, Any]:
    return {
        name: [_virtual_host(host, with_places=with_places) for host in hosts]
        for name, hosts in sorted(gateway.route_configs.items())
    }


def _effects(gateway: EffectiveGateway) -> Iterator[tuple[str, bool]]:
    """Say of each server whether the configuration would differ without it.

    Only for one that pushes others out this is tried: they would take its place.
    """
    rivals = {server.rival for server in gateway.servers if server.rival is not None}
    before = _configuration(gateway) if rivals else None
    for merged_server in gateway.servers:
        if merged_server in rivals:
            yield (
                merged_server.key_name,
                _configuration(gateway.without(merged_server.server)) != before,
            )
        else:
            yield merged_server.key_name, merged_server in gateway.serving


def _configuration(gateway: EffectiveGateway) -> tuple[Any, Any]:
    return _listeners(gateway), _routes(gateway, with_places=False)


def _virtual_host(host: VirtualHost, *, with_places: bool) -> dict[str, Any]:
    form: dict[str, Any] = {"name": host.name, "domains": list(host.domains)}
    if host.redirects:
        form["requireTls"] = "ALL"
    form["routes"] = [route_form(route, with_place=with_places) for route in host.routes]
    if with_places:
        form["order_known"] = _order_is_known(host)
    return form


def _order_is_known(host: VirtualHost) -> bool:
    services = dict.fromkeys(route.virtual_service for route in host.routes)
    gateways = dict.fromkeys(server.server.gateway for server in host.servers)
    return order_is_known(services) and order_is_known(gateways)


def route_form(route: EffectiveRoute, *, with_place: bool) -> dict[str, Any]:
    """Write one route: its VirtualService, what it takes and does; ``with_place`` adds where."""
    match = route.match.match if route.match is not None else None
    form = {
        "vs": route.virtual_service.key_name,
        "name": route.name,
        "match": match_form(match),
        **action_form(route),
    }
    if with_place:
        form["location"] = place((match or route.rule.action).at())
        form["reason"] = _order_reason(route)
    return form


def _order_reason(route: EffectiveRoute) -> str:
    if route.is_catch_all:
        return "takes every request, so it comes after all routes that don't"
    return "in the order of its VirtualService"


def _server(server: MergedServer, gateway: EffectiveGateway) -> dict[str, Any]:
    return {
        "server": server.key_name,
        "effect": server in gateway.serving,
        "target_port": server.target,
        "reason": reason(server, gateway),
        "location": place(server.server.at()),
    }


def _written_name(route: Route, match: View) -> str:
    own = match.name if isinstance(match, Match) else ""
    return f"{route.name}.{own}" if own else route.name


def answer(mesh: Mesh, target: str | None, namespace: str) -> dict[str, Any]:
    """Write what was asked for: one gateway workload, one host, or (``None``) all gateways.

    A gateway workload is named ``namespace/name``. A host is looked up at every gateway that
    serves it, and in the mesh as sidecars of its own namespace (else of ``namespace``) route it.
    """
    if target is None:
        gateways = {gateway.workload.name: gateway_form(gateway, mesh) for gateway in mesh.gateways}
        return {"gateways": gateways}
    named = mesh.gateways.for_workload(target)
    if named is not None:
        return gateway_form(named, mesh)
    serving = dict.fromkeys(gateway for gateway, _ in mesh.gateways.serving(target))
    form = {
        "host": target,
        "gateways": {
            gateway.workload.name: {"routes": _of_host(gateway, target)} for gateway in serving
        },
        "mesh": _in_mesh(mesh, target, namespace),
    }
    if not form["gateways"] and not form["mesh"]:
        raise UsageError(
            f"the input has no gateway workload and no routes for a host {target!r}; name a "
            "workload as namespace/name, or a host as in VirtualServices"
        )
    return form


def _of_host(gateway: EffectiveGateway, host: str) -> dict[str, Any]:
    """Write, for each route configuration, the one virtual host that answers a host."""
    found: dict[str, Any] = {}
    for name, hosts in sorted(gateway.route_configs.items()):
        index: HostIndex[VirtualHost] = HostIndex()
        for virtual_host in hosts:
            for domain in virtual_host.domains:
                index.add(domain, virtual_host)
        for closest in index.most_specific(host)[:1]:
            found[name] = [_virtual_host(closest, with_places=True)]
    return found


def _in_mesh(mesh: Mesh, host: str, namespace: str) -> list[dict[str, Any]]:
    home = mesh.registry.home(mesh.registry.fqdn(host, namespace)) or namespace
    routes = mesh.traffic.routes.in_mesh(mesh.registry.unshortened(host, home), home)
    return [route_form(route, with_place=True) for route in routes]
