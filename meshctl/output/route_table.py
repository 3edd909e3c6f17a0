"""Writes the routes of gateways and hosts as rows of a table."""

from collections.abc import Iterator
from typing import Any

Row = tuple[object, ...]
_ROUTES = ("gateway", "routes of", "host", "takes", "does", "virtual service", "written at")
_SERVERS = ("gateway", "server", "container port", "what becomes of it", "written at")


def tables(
    answer: dict[str, Any], target: str | None = None
) -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    """Walk the tables of an answer, each with its columns: the routes, and what servers became.

    ``target`` is what was asked for: the answer for one gateway workload doesn't name it.
    """
    if "listeners" in answer:
        answer = {"gateways": {target or "": answer}}
    yield _ROUTES, list(_route_rows(answer))
    servers = list(_server_rows(answer))
    if servers:
        yield _SERVERS, servers


def _route_rows(answer: dict[str, Any]) -> Iterator[Row]:
    """Walk every route of an answer in Envoy's order; a virtual host without any has one row."""
    for gateway, form in answer["gateways"].items():
        for config, hosts in form["routes"].items():
            for host in hosts:
                start = gateway, config, ", ".join(host["domains"])
                redirects = "redirect to HTTPS" if "requireTls" in host else ""
                for route in host["routes"]:
                    yield *start, *_route_cells(route, redirects)
                if not host["routes"]:
                    yield *start, "any request", redirects or "404", "", ""
    if "from" in answer:
        yield from _client_rows(answer)
        return
    for route in answer.get("mesh", ()):
        yield "mesh", "", answer["host"], *_route_cells(route, "")


def _client_rows(answer: dict[str, Any]) -> Iterator[Row]:
    """Walk the routes of one client, table by table, each with what becomes of other requests."""
    for table in answer["tables"]:
        port = table["port"]
        start = answer["from"], f"port {port}", answer["host"]
        for route in answer["mesh"]:
            if route["port"] == port:
                yield *start, *_route_cells(route, "")
        if table["rest"] == "host":
            yield *start, "any request", f"{table['domain']}:{port}", "none", ""
        elif table["rest"] == "404":
            yield *start, "any other request", "404", table["virtual_service"], ""


def _server_rows(answer: dict[str, Any]) -> Iterator[Row]:
    """Walk the servers of an answer, dropped ones too."""
    for gateway, form in answer["gateways"].items():
        for server in form.get("servers", ()):
            where = _where(server["location"])
            yield gateway, server["server"], server["target_port"], server["reason"], where


def _route_cells(route: dict[str, Any], redirects: str) -> tuple[str, str, str, str]:
    does = redirects or _action(route)
    return _match(route["match"]), does, route["vs"], _where(route["location"])


def _match(match: dict[str, Any]) -> str:
    kind = next(kind for kind in ("exact", "prefix", "regex") if kind in match)
    parts = [f"{kind} {match[kind]}"]
    if match.get("caseSensitive") is False:
        parts.append("any case")
    parts += [_condition("header", header) for header in match.get("headers", ())]
    parts += [_condition("query", wanted) for wanted in match.get("query", ())]
    return ", ".join(parts)


def _condition(what: str, wanted: dict[str, Any]) -> str:
    no = "no " if wanted.get("invert") else ""
    kind = next((kind for kind in ("exact", "prefix", "regex") if kind in wanted), None)
    return f"{no}{what} {wanted['name']}" + (f" {kind} {wanted[kind]}" if kind else "")


def _action(route: dict[str, Any]) -> str:
    if "redirect" in route:
        redirect = route["redirect"]
        parts = [redirect.get("schemeRedirect"), redirect.get("hostRedirect")]
        parts.append(redirect["pathRedirect"])
        return "redirect to " + (" ".join(part for part in parts if part) or "itself")
    if "directResponse" in route:
        return f"answer {route['directResponse']}"
    return ", ".join(_target(target) for target in route["to"]) or "nothing"


def _target(target: dict[str, Any]) -> str:
    subset = f"/{target['subset']}" if "subset" in target else ""
    weight = f" {target['weight']} %" if "weight" in target else ""
    return f"{target['host']}{subset}:{target['port']}{weight}"


def _where(location: dict[str, Any]) -> str:
    return f"{location['file']}:{location['line']}"
