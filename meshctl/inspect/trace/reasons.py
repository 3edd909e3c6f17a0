"""Says what decided at each hop: the object and line, and what it did to the request."""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.masking.answers import said
from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import HttpRequest
from meshctl.mesh.authorization.decision import Verdict
from meshctl.mesh.request_path.hops import Direction, Hop, Outcome, Sending
from meshctl.mesh.request_path.route_choice import takes
from meshctl.mesh.security.client_tls import mode_of
from meshctl.mesh.security.tls_connection import DROPPED
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.routes import EffectiveRoute
from meshctl.resources import Ref, Resource
from meshctl.words import quoted

_MOST = 8


class Reason(NamedTuple):
    """A place, and what is decided there."""

    place: Ref
    message: str


def reasons_of_way(mesh: Mesh, hop: Hop) -> Iterator[Reason]:
    """Walk what decided at a hop but for its verdict, in the order in which it counted."""
    if hop.server is not None:
        yield Reason(hop.server.at(), "this server takes the connection")
    if hop.direction is Direction.OUTBOUND:
        yield from _scope(mesh, hop)
    if hop.route is not None:
        yield Reason(place_of(hop.route), _route_text(hop, hop.route))
    elif hop.tcp_service is not None:
        yield Reason(_whole(hop.tcp_service), "its tcp or tls route takes the connection")
    for sending in hop.sendings:
        yield from _cluster(sending)
    if hop.demand is not None and hop.demand.ref is not None:
        yield Reason(hop.demand.ref, f"the port takes {_MODES[hop.demand.mode.value]}")


_MODES = {
    "strict": "mutual TLS alone (STRICT)",
    "permissive": "mutual TLS and plaintext (PERMISSIVE)",
    "disable": "plaintext alone (DISABLE)",
}


def _scope(mesh: Mesh, hop: Hop) -> Iterator[Reason]:
    if hop.workload is None:
        return
    sidecar = mesh.request_paths.views.scope_of(hop.workload).sidecar
    lost = hop.outcome in {Outcome.PASSTHROUGH, Outcome.BLACKHOLE} or hop.route_name == "block_all"
    if sidecar is not None and lost:
        yield Reason(_whole(sidecar), "this Sidecar says what the client knows")


def _route_text(hop: Hop, route: EffectiveRoute) -> str:
    name = f"route {quoted(route.name)}" if route.name else "this route"
    does = {
        Outcome.REDIRECT: f"redirects to {hop.location}",
        Outcome.DIRECT_RESPONSE: f"answers {hop.code} itself",
    }.get(hop.outcome, "takes the request")
    if hop.faults.aborts_all:
        return f"{name} takes the request, and its fault answers"
    more = []
    if hop.path:
        more.append(f"the path becomes {hop.path}")
    if hop.authority:
        more.append(f"the host becomes {hop.authority}")
    hits = {"fault": bool(hop.faults.texts), "timeout": True, "retries": True}
    more += [
        f"it has {key}" if does_hit else f"its {key} hits no request"
        for key, does_hit in hits.items()
        if key in hop.settings
    ]
    return "; ".join([f"{name} {does}", *more])


def place_of(route: EffectiveRoute) -> Ref:
    """Where a route is written: its match, or the rule."""
    if route.match is not None and route.match.written:
        return route.match.written[-1].at()
    return route.rule.action.at()


def _cluster(sending: Sending) -> Iterator[Reason]:
    target, cluster = sending.target, sending.cluster
    if target is not None and target.destination is not None and cluster is None:
        yield Reason(target.destination.at("host"), _missing(sending))
    if cluster is None:
        return
    upstream = cluster.upstream
    if cluster.subset and upstream.subset is not None:
        yield Reason(
            upstream.subset.at("name"), f"subset {quoted(cluster.subset)} chooses the pods"
        )
    elif cluster.rule is not None:
        yield Reason(_whole(cluster.rule.rules[0]), "this rule holds for the destination")
    ref, tls = upstream.ref, upstream.setting.tls
    if ref is not None and upstream.cause in DROPPED:
        yield Reason(ref, upstream.cause.value)
    elif ref is not None and tls is not None:
        yield Reason(ref, f"the client sends TLS mode {mode_of(tls)}")


def _missing(sending: Sending) -> str:
    target = sending.target
    if target is None or not target.host:
        return "the backend is missing or not granted, so there is no cluster"
    if target.subset:
        return (
            f"the proxy has no subset {quoted(target.subset)} of {target.host}:{target.port}: no "
            "DestinationRule that it follows defines it"
        )
    return f"the proxy knows no {target.host} with port {target.port}, so it has no cluster"


def reasons_of_verdict(verdict: Verdict) -> Iterator[Reason]:
    """Walk what decided whether a request is let in, in the order in which it counted."""
    for step in verdict.steps:
        if step.token is not None and step.token.rule is not None:
            text = step.token.text or "its token is accepted"
            yield Reason(step.token.rule.at(), text)
        if step.called:
            for rule in step.matched:
                yield Reason(rule.place, f"asks the external authorizer {quoted(step.called)}")
    for rule in verdict.by[:_MOST]:
        does = "denies" if verdict.action == "DENY" else "allows"
        yield Reason(rule.place, f"rule {rule.number} {does} it")
    if not verdict.is_allowed and verdict.action == "ALLOW":
        last = verdict.steps[-1].rules
        for policy in dict.fromkeys(rule.policy for rule in last):
            yield Reason(_whole(policy), "no rule of this ALLOW policy matches")


def considered(mesh: Mesh, hop: Hop, http: HttpRequest | None) -> Iterator[Reason]:
    """Walk what else might have counted at a hop, and why it did not."""
    yield from _earlier_routes(mesh, hop, http)
    if hop.direction is Direction.OUTBOUND and hop.workload is not None:
        yield from _other_services(mesh, hop)


def _earlier_routes(mesh: Mesh, hop: Hop, http: HttpRequest | None) -> Iterator[Reason]:
    if http is None or hop.route is None or hop.direction is not Direction.OUTBOUND:
        return
    workload, taken = hop.workload, hop.route
    assert workload is not None  # noqa: S101 - a sidecar has a pod
    hosts = mesh.request_paths.views.view_of(workload).hosts_on(taken.port)
    routes = hosts.routes_of(taken.virtual_service) if hosts is not None else ()
    for route in [effective_route for effective_route in routes if effective_route is not taken][
        : min(hop.route_index or 0, _MOST)
    ]:
        if takes(route, http, "http") is False:
            yield Reason(place_of(route), _why_not(route, http))


def _why_not(route: EffectiveRoute, http: HttpRequest) -> str:
    request = route.request
    if request.path.takes(http.bare_path) is False:
        return f"the path {http.bare_path} is not {request.path}"
    if request.method is not None and not request.method.takes(http.method):
        return f"the method is {http.method}, not {request.method}"
    for name, match in request.headers.items():
        value = http.headers.get(name.lower())
        if value is None:
            return f"the request has no header {name}"
        if match.takes(value) is False:
            return f"the header {name} is {said(name, quoted(value))}, not {said(name, str(match))}"
    return "its other conditions don't hold"


def _other_services(mesh: Mesh, hop: Hop) -> Iterator[Reason]:
    """Walk VirtualServices that claim the host as well."""
    host = hop.virtual_host.rpartition(":")[0]
    workload = hop.workload
    if not host or workload is None:
        return
    bound = mesh.gateway_api.routes.bound(MESH, workload.namespace)
    for claim in bound.at(host)[:_MOST]:
        other = claim.virtual_service
        if other is not hop.virtual_service and hop.virtual_service is not None:
            yield Reason(_whole(other), f"claims {host}, too, and comes later or has no route here")
        elif hop.virtual_service is None:
            yield Reason(_whole(other), f"claims {host}, but has no route for this client and port")


def _whole(resource: Resource) -> Ref:
    return resource.at("metadata", "name")
