"""Routes, and parts of them, that istiod accepts and doesn't serve, with the reason.

The status of a route never says that istiod programmed nothing (pilot/pkg/config/kube/gateway,
Istio 1.31): what is lost to a closer listener, to a listener without certificate, to rules that
come first, or to an older TCPRoute.
"""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from meshctl.mesh.core.hosts import overlaps
from meshctl.mesh.gateway_api.gateway_api import GatewayApi
from meshctl.mesh.gateway_api.http_rules import Rank, rank_of
from meshctl.mesh.gateway_api.listeners import GatewayListener
from meshctl.mesh.gateway_api.parents import Attachment
from meshctl.mesh.gateways.dropped_servers import losses
from meshctl.mesh.gateways.server_conflicts import ServerConflicts
from meshctl.mesh.gateways.server_merge import DropReason
from meshctl.mesh.matching.taken_before import TakenBefore
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.traffic.routes import EffectiveRoute
from meshctl.mesh.traffic.sidecar_routes import speaks_http
from meshctl.resources import (
    GeneratedGateway,
    GeneratedVirtualService,
    KubernetesListener,
    KubernetesRoute,
    ObjectReference,
    Ref,
    Resource,
    Server,
    Service,
)
from meshctl.resources.cached_property import cached_property
from meshctl.words import quoted

_HTTP = frozenset({"HTTPRoute", "GRPCRoute"})


class LostHostname(NamedTuple):
    """A host name of a route, by its place, that a closer listener has taken."""

    number: int
    own: GatewayListener
    closer: GatewayListener


class DeadListener(NamedTuple):
    """A listener that accepts a route and has no configuration, and why."""

    reference: ObjectReference
    listener: GatewayListener
    why: str
    place: Ref


class RuleOrder(Enum):
    """Why a match is asked before another one."""

    CUT_OFF = "takes every request, so that the other isn't even sent to Envoy"
    AGE = "its route is older"
    RANK = "the kind of its path, and what it asks beside that, comes first among rules for one host name"


class DeadRule(NamedTuple):
    """A match that never gets a request, and the one that takes them all."""

    match: Ref
    first: Ref
    host: str
    """With the port, where the Gateway has several."""
    order: "RuleOrder"


class UnusedAtService(NamedTuple):
    """A Service whose clients follow something else, by the place of its first rule."""

    reference: ObjectReference
    host: str
    winner: Ref


class Unserved:
    """Answers for routes that are accepted."""

    def __init__(self, registry: Registry, api: GatewayApi) -> None:
        self._registry = registry
        self._api = api

    def hostnames(self, route: KubernetesRoute) -> Iterator[LostHostname]:
        """Walk the host names that no listener serves, since a closer one has taken them."""
        accepted = _accepted(self._api.attachments(route))
        for index, host in enumerate(route.hostnames if route.kind != "TLSRoute" else ()):
            own = [
                attachment
                for attachment in accepted
                if attachment.listener and _takes(attachment.listener, host)
            ]
            if own and not any(attachment.keeps(host) for attachment in own):
                lost = self._lost(own[0], host)
                if lost is not None:
                    yield LostHostname(index, *lost)

    def _lost(
        self, attachment: Attachment, host: str
    ) -> tuple[GatewayListener, GatewayListener] | None:
        name = attachment.taken_by(host)
        own = attachment.listener
        if own is None or name is None:
            return None
        several = self._api.listeners_of(own.owner.kind, own.owner.key_name)
        return own, next(other for other in several if other.hostname == name)

    def listeners(self, route: KubernetesRoute) -> Iterator[DeadListener]:
        """Walk references of which no listener that accepts the route has a configuration."""
        for status in self._api.parents(route):
            accepted = _accepted(status.attachments)
            dead = [
                attachment
                for attachment in accepted
                if attachment.listener and self.why_dead(attachment.listener)
            ]
            if dead and len(dead) == len(accepted):
                listener = dead[0].listener
                why = self.why_dead(listener) if listener is not None else None
                if listener is not None and why is not None:
                    yield DeadListener(status.reference, listener, *why)

    def why_dead(self, listener: GatewayListener) -> tuple[str, Ref] | None:
        """Say why a listener has no configuration; ``None`` if it has, or the input can't tell."""
        if not listener.is_valid:
            faults = (
                condition for condition in listener.conditions.values() if condition.ref is not None
            )
            fault = next(faults, None)
            place = listener.listener.at() if fault is None or fault.ref is None else fault.ref
            return (fault.text if fault is not None else "it is not valid"), place
        rival = self.rival(listener.listener)
        if rival is not None:
            return f"port {listener.port} belongs to {rival[0]}", rival[1]
        read = self._api.gateway(listener.gateway)
        hosts = read.services.hosts if read is not None else ()
        if hosts and not any(self._api.addresses.may_exist(listener.gateway, one) for one in hosts):
            return f"there is no Service {hosts[0]}", listener.gateway.spec.at("addresses")
        found = [self._api.addresses.service(host, listener.gateway.namespace) for host in hosts]
        known = [
            registered_host
            for registered_host in found
            if registered_host is not None and isinstance(registered_host.source, Service)
        ]
        if (
            hosts
            and len(known) == len(hosts)
            and not any(registered_host.port(listener.port) for registered_host in known)
        ):
            text = f"Service {known[0].source.key_name} has no port {listener.port}"
            return text, listener.listener.at("port")
        return None

    def rival(self, listener: KubernetesListener) -> tuple[str, Ref] | None:
        """Say what has the port of a valid listener with another protocol, and where that is written.

        Listeners with different host names are not in conflict for istiod, whatever their protocols; of the servers
        made of them it keeps the first (MergeGateways, pilot/pkg/model/gateway.go, Istio 1.31).
        """
        return self._rivals.get(listener)

    @cached_property
    def _rivals(self) -> dict[KubernetesListener, tuple[str, Ref]]:
        found = {}
        for made in self._api.generated_gateways:
            for loss in losses(self._api.gateways, made, DropReason.PROTOCOL):
                server = loss.rival.server
                found[made.listener] = _named(server), server.gateway.origin(server.at())
        return found

    def refused(self, listener: KubernetesListener) -> tuple[str, Ref] | None:
        """Say what has a filter chain like that of a listener, so that Envoy refuses all of the port."""
        return self._refused.get(listener)

    @cached_property
    def _refused(self) -> dict[KubernetesListener, tuple[str, Ref]]:
        found: dict[KubernetesListener, tuple[str, Ref]] = {}
        for server, clashes in ServerConflicts(
            self._api.gateways, self._api.routes
        ).clashes.items():
            first, made = clashes[0].first.server.server, server.gateway
            if isinstance(made, GeneratedGateway):
                found[made.listener] = _named(first), first.gateway.origin(first.at())
        return found

    def rules(self, route: KubernetesRoute) -> list[DeadRule]:
        """List the matches of a route that never get a request of a host."""
        return self._dead_rules.get(route, [])

    @cached_property
    def _dead_rules(self) -> dict[KubernetesRoute, list[DeadRule]]:
        found: dict[KubernetesRoute, dict[Ref, DeadRule]] = {}
        services = [
            virtual_service
            for virtual_service in self._api.virtual_services
            if virtual_service.http
        ]
        dead = [
            dead_rule
            for service in services
            for dead_rule in _behind(service, self._port_of(service.gateways[0]))
        ]
        bound = {
            name
            for generated_virtual_service in services
            for name in self._api.routes.gateways_of(generated_virtual_service)
        }
        for effective in self._api.gateways:
            if bound.isdisjoint(gateway.key_name for gateway in effective.gateways):
                continue  # it has no route of a route here
            several = len(effective.route_configs) > 1
            for hosts in effective.route_configs.values():
                for host in hosts:
                    port = (
                        f" on port {host.servers[0].server.port}"
                        if several and host.servers
                        else ""
                    )
                    dead += _shadowed(f"{host.domains[0]}{port}", host.routes)
        for dead_rule in dead:
            route = dead_rule.match.resource
            if isinstance(route, KubernetesRoute):
                found.setdefault(route, {}).setdefault(dead_rule.match, dead_rule)
        return {route: list(several.values()) for route, several in found.items()}

    def _port_of(self, gateway: str) -> str:
        """Say on which port the server of a Gateway is, as the end of a sentence, where its parent has several."""
        made = self._made.get(gateway)
        if made is None:
            return ""
        has_several = len(self._ports[made.parent]) > 1
        return f" on port {made.servers[0].port}" if has_several else ""

    @cached_property
    def _ports(self) -> dict[Resource, set[int]]:
        found: dict[Resource, set[int]] = {}
        for made in self._made.values():
            found.setdefault(made.parent, set()).add(made.servers[0].port)
        return found

    @cached_property
    def _made(self) -> dict[str, GeneratedGateway]:
        """The Gateways with routes of requests that istiod makes of listeners, by name."""
        return {
            made.key_name: made
            for made in self._api.generated_gateways
            if made.servers[0].protocol in {"HTTP", "HTTPS"}
        }

    def at_services(self, route: KubernetesRoute) -> Iterator[UnusedAtService]:
        """Walk the Services that an HTTPRoute or GRPCRoute attaches to, and no client follows it for.

        Asked for clients of the route's namespace and of the Service's, on each of its ports.
        """
        for reference, host in self._api.services_of(route) if route.kind in _HTTP else ():
            if self._api.rules(route, in_mesh=True).rules:
                winner = self._winner(route, host, reference)
                if winner is not None:
                    yield UnusedAtService(reference, host, winner)

    def _winner(self, route: KubernetesRoute, host: str, reference: ObjectReference) -> Ref | None:
        """Find what clients follow instead of a route; ``None`` if anybody follows it."""
        winner: Ref | None = None
        for known in self._registry.at(host):
            for port in filter(speaks_http, known.asked_ports(reference.port)):
                for client in {route.namespace, known.namespace}:
                    for each in self._api.routes.in_mesh(host, client, port.number):
                        service = each.virtual_service
                        if (
                            isinstance(service, GeneratedVirtualService)
                            and route in service.sources
                        ):
                            return None
                        winner = winner or _origin(each)
        return winner


def _accepted(attachments: tuple[Attachment, ...]) -> list[Attachment]:
    return [
        attachment
        for attachment in attachments
        if attachment.listener is not None and attachment.denial is None
    ]


def _named(server: Server) -> str:
    """Name a server, or the listener that it is made of, with its protocol."""
    gateway = server.gateway
    name = gateway.title
    if isinstance(gateway, GeneratedGateway):
        name = f"listener {quoted(gateway.listener.name)}"
    return f"{name} ({server.protocol})"


def _takes(listener: GatewayListener, host: str) -> bool:
    return not listener.hostname or overlaps(listener.hostname, host)


def _behind(service: GeneratedVirtualService, where: str) -> Iterator[DeadRule]:
    """Walk the matches after the one that takes every request, and those of one kind of route behind another kind.

    Rules of one kind are in an order by which the closer ones come first, and of two that ask for the same
    ``CompetingRoutes`` speaks.
    """
    first: Ref | None = None
    before: TakenBefore[tuple[Ref, Rank]] = TakenBefore()
    for rule in service.http:
        place = service.origin((rule.matches[0] if rule.matches else rule).at())
        asked = dict(rule.matches[0].data) if rule.matches else {}
        asked.pop("port", None)
        takes_all = asked in ({"uri": {"prefix": "/"}}, {})
        known, own = before.find(asked), rank_of(asked if rule.matches else None)
        host = service.hosts[0] + where
        if first is not None and not takes_all:
            yield DeadRule(place, first, host, RuleOrder.CUT_OFF)
        elif known is not None and known[0].resource.kind != place.resource.kind:
            order = RuleOrder.AGE if known[1] == own else RuleOrder.RANK
            yield DeadRule(place, known[0], host, order)
        before.add(asked, (place, own))
        if takes_all and first is None:
            first = place


def _shadowed(host: str, routes: list[EffectiveRoute]) -> Iterator[DeadRule]:
    """Walk the matches that one of another VirtualService, which comes first, takes all requests of.

    A route has a VirtualService for each of its host names, of which several may be for this one.
    """
    before: TakenBefore[EffectiveRoute] = TakenBefore()
    served: set[Ref] = set()
    for route in routes:
        service, match = route.virtual_service, route.match
        if not isinstance(service, GeneratedVirtualService):
            continue
        asked = match.match.data if match is not None else {}
        first, own = before.find(asked), _origin(route)
        if first is None or first.virtual_service is service:
            served.add(own)  # those of a VirtualService are asked together
        elif own not in served and own != _origin(first):
            yield DeadRule(own, _origin(first), host, RuleOrder.AGE)
        before.add(asked, route)


def _origin(route: EffectiveRoute) -> Ref:
    match = route.match.match if route.match is not None else route.rule.action
    return route.virtual_service.origin(match.at())
