"""Writes the answer of ``routes``: tables, or JSON."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TextIO

from meshctl.inspect.routes.answer import RouteAnswer
from meshctl.inspect.routes.client_routes import ClientRoutes
from meshctl.inspect.routes.envoy import (
    Action,
    Condition,
    DirectResponse,
    EnvoyMatch,
    Redirect,
    Upstream,
)
from meshctl.inspect.routes.gateway_routes import (
    GatewayEntry,
    RouteEntry,
    VirtualHostEntry,
    alike,
)
from meshctl.inspect.shown import Place
from meshctl.masking.answers import masked_data, said
from meshctl.output.as_json.answers import write_json
from meshctl.output.as_json.texts import json_text
from meshctl.output.routes.form import answer_form, gateway_form
from meshctl.output.stderr import complain
from meshctl.output.table import write_tables
from meshctl.words import shortened

Row = tuple[object, ...]
ROUTES = ("gateway", "routes of", "host", "takes", "does", "virtual service", "written at")
SERVERS = ("gateway", "server", "container port", "what becomes of it", "written at")


def write(answer: RouteAnswer, output: str, out: TextIO) -> None:
    """Write an answer; one without any gateway says so on standard error."""
    if output == "json":
        if answer.client is None and not answer.is_one and not answer.hosts:
            _write_gateways({gateway.name: gateway for gateway in answer.gateways}, out)
        else:
            write_json(answer_form(answer), out)
        return
    if not answer.gateways and not answer.hosts and answer.client is None:
        complain("no Gateway here leads to a workload; name a host or a Service to see its routes")
        return
    tables = list(_tables(answer))
    if not tables and answer.hosts:
        names = shortened([host.host for host in answer.hosts])
        complain(f"no route answers {names}: where a gateway serves it, requests get 404")
    write_tables(tables, out)


def _write_gateways(gateways: Mapping[str, GatewayEntry], out: TextIO) -> None:
    """Write gateways one after the other, as ``answer_form`` has them; alike ones are read once."""
    left = Counter(gateway.parts for gateway in gateways.values())
    texts: dict[tuple[int, ...], str] = {}
    lead = "\n"
    out.write('{\n  "gateways": {')
    for name, gateway in gateways.items():
        text = texts.pop(gateway.parts, None)
        if text is None:
            written = json_text(masked_data(gateway_form(gateway)), indent=2)
            text = written.replace("\n", "\n    ")
        out.writelines((lead, f"    {json_text(name)}: ", text))
        lead = ",\n"
        left[gateway.parts] -= 1
        if left[gateway.parts]:
            texts[gateway.parts] = text
    out.write("\n  }\n}\n" if gateways else "}\n}\n")


def _tables(answer: RouteAnswer) -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    """Walk the tables of an answer: the routes, and what servers became."""
    rows = list(_route_rows(answer))
    if rows:
        yield ROUTES, rows
    servers: list[Row] = [
        (
            shortened(names),
            server.server,
            server.target_port,
            server.reason,
            _where(server.location),
        )
        for gateway, names in alike(answer.gateways)
        for server in gateway.servers
    ]
    if servers:
        yield SERVERS, servers


def _route_rows(answer: RouteAnswer) -> Iterator[Row]:
    for gateway, names in alike(answer.gateways):
        yield from gateway_rows(shortened(names), gateway.routes)
    if answer.client is not None:
        yield from _client_rows(answer.client)
    for host in answer.hosts:
        for name, routes in host.gateways.items():
            yield from gateway_rows(name, routes)
        for route in host.mesh:
            yield "mesh", "", host.host, *_route_cells(route, "")
        if not host.gateways and not host.mesh:
            yield "mesh", "", host.host, "any request", "the Service itself, no route", "", ""


def _client_rows(answer: ClientRoutes) -> Iterator[Row]:
    """Walk the routes of one client, table by table, each with what becomes of other requests."""
    for table in answer.tables:
        start = answer.client, f"port {table.port}", answer.host
        for route in table.routes:
            yield *start, *_route_cells(route, "")
        if table.rest == "host":
            yield *start, "any request", f"{table.domain}:{table.port}", "none", ""
        elif table.rest == "404":
            yield *start, "any other request", "404", table.virtual_service, ""


def gateway_rows(
    gateway: str, configs: Mapping[str, tuple[VirtualHostEntry, ...]]
) -> Iterator[Row]:
    """Walk every route in Envoy's order; a virtual host without any has one row."""
    for config, hosts in configs.items():
        for host in hosts:
            start = gateway, config, ", ".join(host.domains)
            redirects = "redirect to HTTPS" if host.redirects else ""
            for route in host.routes:
                yield *start, *_route_cells(route, redirects)
            if not host.routes:
                yield *start, "any request", redirects or "404", "", ""


def _route_cells(route: RouteEntry, redirects: str) -> tuple[str, str, str, str]:
    does = redirects or "; ".join([_action(route.action), *route.faults])
    return _match(route.match), does, route.virtual_service, _where(route.location)


def _match(match: EnvoyMatch) -> str:
    parts = [f"{match.kind} {match.path}"]
    if match.case_sensitive is False:
        parts.append("any case")
    parts += [_condition("header", header) for header in match.headers]
    parts += [_condition("query", condition) for condition in match.query]
    return ", ".join(parts)


def _condition(what: str, condition: Condition) -> str:
    no = "no " if condition.invert else ""
    asked = (
        f" {condition.kind} {said(condition.name, str(condition.value))}"
        if condition.kind != "present"
        else ""
    )
    return f"{no}{what} {condition.name}{asked}"


def _action(action: Action) -> str:
    if isinstance(action, Redirect):
        parts = (action.scheme, action.host, action.path)
        return "redirect to " + (" ".join(part for part in parts if part) or "itself")
    if isinstance(action, DirectResponse):
        return f"answer {action.status}"
    return ", ".join(map(_upstream, action.to)) or "nothing"


def _upstream(upstream: Upstream) -> str:
    subset = f" subset {upstream.subset}" if upstream.subset else ""
    weight = f"{upstream.weight} % " if upstream.weight is not None else ""
    return f"{weight}{upstream.host}:{upstream.port}{subset}"


def _where(location: Place) -> str:
    return f"{location.file}:{location.line}"
