"""Writes routes for programs, with the keys of Envoy's own JSON and without what says nothing."""

from collections.abc import Mapping
from typing import Any

from meshctl.inspect.routes.answer import HostRoutes, RouteAnswer
from meshctl.inspect.routes.client_routes import ClientRoutes
from meshctl.inspect.routes.envoy import (
    Action,
    ChainTls,
    Condition,
    DirectResponse,
    EnvoyChain,
    EnvoyMatch,
    Redirect,
    Upstream,
)
from meshctl.inspect.routes.gateway_routes import GatewayEntry, RouteEntry, VirtualHostEntry
from meshctl.output.data import data_of

Form = dict[str, Any]


def answer_form(answer: RouteAnswer) -> Form:
    """Write an answer: of one gateway workload, of several by name, or of hosts."""
    if answer.client is not None:
        return _client_form(answer.client)
    if answer.is_one:
        return gateway_form(answer.gateways[0])
    if len(answer.hosts) == 1:
        return _host_form(answer.hosts[0])
    if answer.hosts:
        return {"hosts": [_host_form(host) for host in answer.hosts]}
    return {"gateways": {gateway.name: gateway_form(gateway) for gateway in answer.gateways}}


def gateway_form(gateway: GatewayEntry, *, with_places: bool = True) -> Form:
    """Write the configuration of one gateway workload; ``with_places`` says where and why too."""
    form: Form = {
        "listeners": [
            {
                "name": listener.name,
                "address": listener.address,
                "chains": list(map(_chain, listener.chains)),
            }
            for listener in gateway.listeners
        ],
        "routes": _routes(gateway.routes, with_places=with_places),
        "servers_effect": {server.server: server.has_effect for server in gateway.servers},
        "never_routes": [list(route) for route in gateway.never_routes],
        "duplicate_sni": {
            listener.name: list(listener.duplicate_sni)
            for listener in gateway.listeners
            if listener.duplicate_sni
        },
    }
    if with_places:
        form["servers"] = [
            {
                "server": server.server,
                "effect": server.serves,
                "target_port": server.target_port,
                "reason": server.reason,
                "location": data_of(server.location),
            }
            for server in gateway.servers
        ]
    return form


def _host_form(host_routes: HostRoutes) -> Form:
    return {
        "host": host_routes.host,
        "gateways": {
            name: {"routes": _routes(routes, with_places=True)}
            for name, routes in host_routes.gateways.items()
        },
        "mesh": [_route(route, with_place=True) for route in host_routes.mesh],
    }


def _client_form(client_routes: ClientRoutes) -> Form:
    return {
        "host": client_routes.host,
        "from": client_routes.client,
        "gateways": {},
        "mesh": [
            {"port": table.port, **_route(route, with_place=True)}
            for table in client_routes.tables
            for route in table.routes
        ],
        "tables": [
            {
                "port": table.port,
                "domain": table.domain,
                "virtual_service": table.virtual_service,
                "rest": table.rest,
            }
            for table in client_routes.tables
        ],
    }


def _routes(configs: Mapping[str, tuple[VirtualHostEntry, ...]], *, with_places: bool) -> Form:
    return {
        name: [_virtual_host(host, with_places=with_places) for host in hosts]
        for name, hosts in configs.items()
    }


def _virtual_host(host: VirtualHostEntry, *, with_places: bool) -> Form:
    form: Form = {"name": host.name, "domains": list(host.domains)}
    if host.redirects:
        form["requireTls"] = "ALL"
    form["routes"] = [_route(route, with_place=with_places) for route in host.routes]
    if with_places:
        form["order_known"] = host.order_known
    return form


def _route(route: RouteEntry, *, with_place: bool) -> Form:
    form = {
        "vs": route.virtual_service,
        "name": route.name,
        "match": _match(route.match),
        **_action(route.action),
    }
    if with_place:
        form |= route.settings
        form["location"] = data_of(route.location)
        form["reason"] = route.reason
    return form


def _match(match: EnvoyMatch) -> Form:
    form: Form = {match.kind: match.path}
    if match.case_sensitive is not None:
        form["caseSensitive"] = match.case_sensitive
    for key, conditions in (("headers", match.headers), ("query", match.query)):
        if conditions:
            form[key] = list(map(_condition, conditions))
    return form


def _condition(condition: Condition) -> Form:
    form = {"name": condition.name, condition.kind: condition.value}
    if condition.invert:
        form["invert"] = True
        if condition.kind != "present":
            form["treatMissingAsEmpty"] = True
    return form


def _action(action: Action) -> Form:
    if isinstance(action, Redirect):
        return {"redirect": _redirect(action)}
    if isinstance(action, DirectResponse):
        return {"directResponse": action.status}
    form: Form = {"to": list(map(_upstream, action.to))}
    if action.regex_rewrite is not None:
        form["regexRewrite"] = {"regex": action.regex_rewrite[0], "to": action.regex_rewrite[1]}
    elif action.prefix_rewrite is not None:
        form["prefixRewrite"] = action.prefix_rewrite
    return form


def _redirect(redirect: Redirect) -> Form:
    form = {
        "schemeRedirect": redirect.scheme,
        "hostRedirect": redirect.host,
        "portRedirect": redirect.port,
        "pathRedirect": None if redirect.prefix_rewrite else redirect.path,
        "prefixRewrite": redirect.prefix_rewrite,
        "responseCode": redirect.code,
    }
    return {key: value for key, value in form.items() if value is not None}


def _upstream(upstream: Upstream) -> Form:
    form: Form = {"host": upstream.host, "port": upstream.port}
    if upstream.subset:
        form["subset"] = upstream.subset
    if upstream.weight is not None:
        form["weight"] = upstream.weight
    return form


def _chain(chain: EnvoyChain) -> Form:
    form: Form = {"sni": list(chain.sni)} if chain.sni else {}
    if chain.tls is not None:
        form["tls"] = _tls(chain.tls)
    if chain.by_sni:
        form["sni_cluster"] = True
    if chain.http:
        form["http"] = chain.http
    else:
        form["tcp"] = list(map(_upstream, chain.tcp))
    return form


def _tls(tls: ChainTls) -> Form:
    form: Form = {
        "cert": list(tls.certificates),
        "requireClientCert": tls.requires_client_certificate,
    }
    if tls.validation is not None:
        form["validation"] = tls.validation
    return form
