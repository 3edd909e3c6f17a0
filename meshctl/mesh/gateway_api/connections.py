"""Walks TLSRoutes and TCPRoutes, and parts of them, that move no connection, with the reason.

Connections carry nothing to choose by but the name that TLS asks for, so that the first route takes all others
(buildGatewayTCPBasedFilterChains, pilot/pkg/networking/core/gateway.go, and
buildSidecarOutboundTCPFilterChainOpts and buildSidecarOutboundTLSFilterChainOpts, tls.go there, Istio 1.31).
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.core.hosts import overlaps
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateway_api.gateway_api import GatewayApi
from meshctl.mesh.gateway_api.listeners import GatewayListener
from meshctl.mesh.gateway_api.parents import Attachment
from meshctl.mesh.gateways.listeners import FilterChain
from meshctl.mesh.registry.services import HostPort, Registry
from meshctl.mesh.traffic.binding.bound_virtual_services import BoundVirtualServices
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.sidecar_routes import serves
from meshctl.resources import (
    GeneratedGateway,
    KubernetesRoute,
    Match,
    ObjectReference,
    Ref,
    Resource,
    Route,
    View,
)
from meshctl.resources.cached_property import cached_property

_KINDS = {"TLSRoute": "tls", "TCPRoute": "tcp"}
_RULES = {**_KINDS, "HTTPRoute": "http", "GRPCRoute": "http"}
_OF_CLIENTS = ("sourceLabels", "sourceNamespace", "destinationSubnets", "gateways")


class OlderRoute(NamedTuple):
    """A route that gets the connections of a listener instead; ``name`` is what both ask for, empty for all."""

    reference: ObjectReference
    listener: GatewayListener
    older: Ref
    name: str


class LostNames(NamedTuple):
    """Names of a route that no listener of a port serves, since ``shared`` is at another listener as well."""

    reference: ObjectReference
    listener: GatewayListener
    names: tuple[str, ...]
    shared: str


class Connections:
    """Answers for TLSRoutes and TCPRoutes that are accepted."""

    def __init__(self, registry: Registry, api: GatewayApi) -> None:
        self._registry = registry
        self._api = api
        self._first_rules = IdentityCache(_first_rules)

    def behind_first(self, route: KubernetesRoute) -> Iterator[tuple[View, View]]:
        """Walk the rules that come after one which takes all connections of the route, with that one.

        A rule of a TLSRoute whose weights are all 0 takes none; one of a TCPRoute takes them, and refuses them.
        """
        first = None
        for written in route.rules if route.kind in _KINDS else ():
            weights = [backend.get("weight", 1) for _, backend in written.items("backendRefs")]
            is_used = route.kind == "TCPRoute" or any(weights)
            if first is not None and is_used:
                yield written, first
            elif is_used:
                first = written

    def older(self, route: KubernetesRoute) -> Iterator[OlderRoute]:
        """Walk the listeners that follow another route, where they would follow this one."""
        for attachment in self._api.attachments(route) if route.kind in _KINDS else ():
            listener = attachment.listener
            if listener is None or attachment.denial is not None or not listener.is_valid:
                continue
            if not self._api.rules(route, in_mesh=False).rules:
                continue
            if route in self._served_at.get(listener.internal_name, ()):
                continue
            found = self._taken_name(route, attachment) or self._firsts.get(listener.internal_name)
            if found is not None:
                yield OlderRoute(attachment.reference, listener, *found)

    def lost_names(self, route: KubernetesRoute) -> Iterator[LostNames]:
        """Walk the listeners at which a TLSRoute has no chain, since its own at another listener has a name of it."""
        for attachment in self._api.attachments(route):
            listener = attachment.listener
            for match, rival in self._skipped.get((attachment.internal_name, route), ()):
                if listener is None or _origin(rival).resource is not route:
                    continue
                served = self._served.get((listener.gateway, listener.port), set())
                names = match.texts("sniHosts")
                lost = tuple(name for name in names if name not in served)
                if lost:
                    shared = next(name for name in names if name in rival.texts("sniHosts"))
                    yield LostNames(attachment.reference, listener, lost, shared)
                    break

    @cached_property
    def _served(self) -> dict[tuple[Resource, int], set[str]]:
        """The names for which connections are passed on, by Gateway and port."""
        found: dict[tuple[Resource, int], set[str]] = {}
        for several in self._chains.values():
            for one in several:
                gateway, port = one.server.server.gateway, one.server.server.port
                if isinstance(gateway, GeneratedGateway):
                    found.setdefault((gateway.parent, port), set()).update(one.sni or ("*",))
        return found

    def _taken_name(self, route: KubernetesRoute, attachment: Attachment) -> tuple[Ref, str] | None:
        """Find the match of another route that has a name of this one at a listener."""
        for match, rival in self._skipped.get((attachment.internal_name, route), ()):
            place = _origin(rival)
            if place.resource is not route:
                shared = [one for one in match.texts("sniHosts") if one in rival.texts("sniHosts")]
                return place, shared[0] if shared else ""
        return None

    @cached_property
    def _firsts(self) -> dict[str, tuple[Ref, str]]:
        """The route of the one chain that doesn't look at names, by the Gateway of a listener."""
        found: dict[str, tuple[Ref, str]] = {}
        for name, several in self._chains.items():
            for one in several:
                if one.route is not None and not one.server.is_passthrough:
                    found.setdefault(name, (_origin(one.route), ""))
        return found

    @cached_property
    def _served_at(self) -> dict[str, set[Resource]]:
        """The routes with a chain, by the Gateway of a listener."""
        return {
            name: {_origin(one.route).resource for one in several if one.route is not None}
            for name, several in self._chains.items()
        }

    @cached_property
    def _chains(self) -> dict[str, list[FilterChain]]:
        """The chains with a route, by the Gateway that istiod made of the listener."""
        found: dict[str, list[FilterChain]] = {}
        for effective in self._api.gateways:
            for listener in effective.listeners:
                for one in listener.chains:
                    if one.route is not None:
                        found.setdefault(one.server.gateway_name, []).append(one)
        return found

    @cached_property
    def _skipped(self) -> dict[tuple[str, Resource], list[tuple[Match, Match]]]:
        """The matches without a chain, each with the one that has a name of it, by Gateway and route."""
        found: dict[tuple[str, Resource], list[tuple[Match, Match]]] = {}
        for effective in self._api.gateways:
            for server, match, rival in effective.skipped_routes:
                if isinstance(rival, Match):
                    key = server.gateway_name, _origin(match).resource
                    found.setdefault(key, []).append((match, rival))
        return found

    def dropped_names(self, route: KubernetesRoute) -> list[int]:
        """List the host names of a TLSRoute for Services that istiod drops, since none of these has them.

        A single one stays (compatibleRoutesForHost, pilot/pkg/config/kube/gateway/conversion.go, Istio 1.31).
        """
        attachments = self._api.attachments(route)
        if route.kind != "TLSRoute" or len(route.hostnames) == 1:
            return []
        if not attachments or not all(one.is_mesh and one.denial is None for one in attachments):
            return []
        hosts = [host for one in attachments for host in self._api.hosts_of_parent(one)]
        names = enumerate(route.hostnames)
        return [n for n, name in names if not any(overlaps(host, name) for host in hosts)]

    def without_port(
        self, route: KubernetesRoute
    ) -> Iterator[tuple[ObjectReference, list[HostPort]]]:
        """Walk the Services without a port for rules of a route, with those that the route is for.

        Sidecars ask http rules for ports that are declared as HTTP, tls rules for TLS and HTTPS, and tcp rules for
        the others.
        """
        kind = _RULES.get(route.kind, "")
        for reference, host in self._api.services_of(route) if kind else ():
            ports = [
                port
                for known in self._registry.at(host)
                for port in known.asked_ports(reference.port)
            ]
            if ports and not any(serves(port, kind) for port in ports):
                yield reference, ports

    def at_services(self, route: KubernetesRoute) -> Iterator[tuple[ObjectReference, str, Ref]]:
        """Walk the Services whose clients follow something else, with its place, on all ports.

        Asked for clients of the route's namespace, of the Service's, and of those that nothing is private to.
        """
        kind = _KINDS.get(route.kind, "")
        for reference, host in self._api.services_of(route) if kind else ():
            if self._api.rules(route, in_mesh=True).rules:
                winner = self._winner(route, kind, host, reference)
                if winner is not None:
                    yield reference, host, winner

    def _winner(
        self, route: KubernetesRoute, kind: str, host: str, reference: ObjectReference
    ) -> Ref | None:
        """Find what clients follow instead of a route; ``None`` if anybody follows it."""
        found: Ref | None = None
        for known in self._registry.at(host):
            for port in known.asked_ports(reference.port):
                if not serves(port, kind):
                    continue
                for client in ("", route.namespace, known.namespace):
                    first = self._first_for(route, kind, host, port.number, client)
                    if first is None:
                        return None
                    found = found or first
        return found

    def _first_for(
        self, route: KubernetesRoute, kind: str, host: str, port: int, client: str
    ) -> Ref | None:
        """Find what a client follows before a route gets its turn."""
        names = self._names_asked.get((host, route), ()) if kind == "tls" else ()
        bound: BoundVirtualServices | None = self._api.routes.bound(MESH, client).with_rules(kind)
        while bound is not None:
            rule = self._first_rules.of(bound, kind, host, port).get(names)
            if rule is not None:
                place = _origin(rule)
                return None if place.resource is route else place
            bound = bound.rest
        return None

    @cached_property
    def _names_asked(self) -> dict[tuple[str, Resource], tuple[str, ...]]:
        """The names by which clients of a host follow a TLSRoute, by host and route."""
        found: dict[tuple[str, Resource], tuple[str, ...]] = {}
        for service in self._api.virtual_services:
            matches = (match for rule in service.tls for match in rule.matches)
            first = next(matches, None) if MESH in service.gateways else None
            if first is not None:
                for host in service.hosts:
                    for source in service.sources:
                        found.setdefault((host, source), first.texts("sniHosts"))
        return found


def _first_rules(
    bound: BoundVirtualServices, kind: str, host: str, port: int
) -> dict[tuple[str, ...], Route]:
    """The first rule that takes all connections to a port, by the names it asks for; of tcp by none."""
    found: dict[tuple[str, ...], Route] = {}
    several = bound.own_overlapping(host)
    for service in dict.fromkeys(one.virtual_service for one in several):
        for rule in getattr(service, kind):
            if not rule.routes:
                continue
            fitting = [one for one in rule.matches if _takes_all(one, port)]
            if kind == "tls":
                for names in [one.texts("sniHosts") for one in fitting]:
                    found.setdefault(names, rule)
            elif fitting or not rule.matches:
                found.setdefault((), rule)
    return found


def _takes_all(match: Match, port: int) -> bool:
    return match.port in {None, 0, port} and not any(match.has(key) for key in _OF_CLIENTS)


def _origin(part: Route | Match) -> Ref:
    return part.resource.origin(part.at())
