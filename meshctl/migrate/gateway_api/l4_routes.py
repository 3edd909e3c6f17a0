"""Converts tls and tcp rules of VirtualServices to TLSRoutes and TCPRoutes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from meshctl.mesh.traffic.delegates import MESH
from meshctl.migrate.gateway_api.asked import CantSayError
from meshctl.migrate.gateway_api.backends import Backends
from meshctl.migrate.gateway_api.http_routes import Candidate, Point, ServicePlan
from meshctl.migrate.gateway_api.listeners import Listener
from meshctl.resources import Match, Route

_KEEP = "keep the VirtualService"
_MOST = 16


def convert(
    plan: ServicePlan, listeners: Sequence[tuple[Listener, Point]], backends: Backends
) -> None:
    """Make candidates for the tls and tcp rules; raises CantSayError."""
    number = 0
    for route in (*plan.service.tls, *plan.service.tcp):
        is_tls = route.kind == "tls"
        matches: Sequence[Match | None] = route.matches or (None,)
        for match in matches:
            if match is not None:
                _check(match)
            points = [*_points(plan, match, listeners, is_tls=is_tls)]
            if not points:
                plan.draft.exact("no server takes this rule, so that it did nothing", route.at())
                continue
            kind = "TLSRoute" if is_tls else "TCPRoute"
            spec: dict[str, Any] = {"parentRefs": points}
            if is_tls:
                hosts = match.texts("sniHosts") if match is not None else plan.service.hosts
                if len(hosts) > _MOST:
                    raise CantSayError(f"a TLSRoute has at most {_MOST} hosts", "split the match")
                spec["hostnames"] = [host.lower() for host in hosts]
            spec["rules"] = [{"backendRefs": [*_backends(plan, route, kind, backends)]}]
            number += 1
            plan.candidates.append(
                Candidate(kind, spec, plan.service.namespace, f"-{number}" if number > 1 else "")
            )


def _check(match: Match) -> None:
    for key in match.names():
        if key not in {"sniHosts", "port", "gateways"}:
            raise CantSayError(f"a match by {key} has nothing like it in a route of the Gateway API",
                               _KEEP)  # fmt: skip


def _points(
    plan: ServicePlan, match: Match | None, listeners: Sequence[tuple[Listener, Point]], *,
    is_tls: bool,
) -> Iterator[Mapping[str, Any]]:  # fmt: skip
    named = match.gateways if match is not None else ()
    port = match.port if match is not None else None
    hosts = match.texts("sniHosts") if match is not None and is_tls else ("*",)
    for listener, point in listeners:
        if (named and point.gateway not in named) or (port and port != listener.port):
            continue
        is_through = listener.protocol == "TLS" and listener.tls.get("mode") == "Passthrough"
        if is_tls and not (
            is_through and any(listener.takes(h, plan.service.namespace) for h in hosts)
        ):
            continue
        if not is_tls and (listener.protocol not in {"TCP", "TLS"} or is_through):
            continue
        yield dict(point.reference)
    for point in plan.points:
        if point.gateway == MESH and (not named or MESH in named):
            found = dict(point.reference)
            if port:
                found["port"] = port
            yield found


def _backends(
    plan: ServicePlan, route: Route, kind: str, backends: Backends
) -> Iterator[dict[str, Any]]:
    entries = route.routes
    if len(entries) > _MOST:
        raise CantSayError(f"a rule has at most {_MOST} backends", "split it")
    for entry in entries:
        found = backends.reference(entry.destination, kind, plan.draft, plan.needs, in_mesh=False)
        if len(entries) > 1:
            found["weight"] = entry.weight or 0
        yield found
