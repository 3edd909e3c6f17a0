"""The VirtualServices that route for a Gateway or the mesh, and the Envoy routes they become.

Mirrors VirtualServicesForGateway (pilot/pkg/model/push_context.go),
BuildHTTPRoutesForVirtualService and GetDestinationCluster
(pilot/pkg/networking/core/route/route.go), Istio 1.31.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from meshctl.mesh.core.export_to import PUBLIC, is_visible_to, visibility
from meshctl.mesh.core.hosts import covers
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import IdentityCache, selects
from meshctl.mesh.matching.request_match import RequestMatch, from_istio, is_catch_all
from meshctl.mesh.matching.string_match import segment_prefix
from meshctl.mesh.registry.services import RegisteredHost, Registry
from meshctl.mesh.traffic.binding.bound_virtual_services import BoundVirtualServices
from meshctl.mesh.traffic.delegates import (
    MESH,
    Delegates,
    HttpRule,
    RuleAlternatives,
    RuleMatch,
    ServicesByPort,
    gateways_of,
)
from meshctl.resources import Destination, Match, Route, Service, VirtualService
from meshctl.resources.cached_property import cached_property

_FEW = 8
"""So many VirtualServices of one host are asked for routes one by one."""
_EVERYTHING = RequestMatch(gateways=frozenset())
"""What a rule without a match takes."""


class ProxyNode(NamedTuple):
    """What istiod knows of an Envoy when it builds routes; ``None`` is unknown."""

    namespace: str | None
    labels: Mapping[str, str] | None


class WeightedCluster(NamedTuple):
    """The upstream that a destination becomes; ``weight`` is ``None`` for a single one."""

    host: str
    port: int
    subset: str
    weight: int | None
    destination: Destination


@dataclass(frozen=True, slots=True, eq=False)
class EffectiveRoute:
    """One Envoy route: a rule with one of its alternatives, at one listener."""

    virtual_service: VirtualService
    rule: HttpRule
    match: RuleMatch | None
    request: RequestMatch
    """The requests it takes, without what asks about the proxy (its source, gateway, port)."""
    targets: tuple[WeightedCluster, ...]
    port: int
    """The port of the server or listener it was built for."""
    is_tls: bool = False
    """Does the server open TLS?"""

    @property
    def name(self) -> str:
        """How Envoy names it: the rule, then the match."""
        own = self.match.match.name if self.match is not None else ""
        return f"{self.rule.name}.{own}" if own else self.rule.name

    @property
    def redirect_port(self) -> int | None:
        """The port that its redirect names; ``None`` without one, or if it is the usual one.

        Mirrors ApplyRedirect (route.go): without a scheme, that of the server counts.
        """
        redirect = self.rule.action.child("redirect")
        number = redirect.number("port")
        if redirect.text("derivePort") == "FROM_REQUEST_PORT":
            number = self.port
        scheme = redirect.text("scheme") or ("https" if self.is_tls else "http")
        return None if (scheme, number) in {("http", 80), ("https", 443)} else number

    @property
    def is_catch_all(self) -> bool:
        """Does it take every request that reaches it?"""
        return is_catch_all(self.request)

    @property
    def written(self) -> Iterator[Route | Match]:
        """What it was made of: the routes and matches of the root and of its delegate."""
        yield from self.rule.written
        if self.match is not None:
            yield from self.match.written


class Routes:
    """All VirtualServices: by the Gateways they name, and as the routes they become."""

    def __init__(
        self, services: Iterable[VirtualService], registry: Registry, config: MeshConfig
    ) -> None:
        everything = sorted(services, key=age)
        self._everything = everything
        self.delegates = Delegates(everything, config)
        self._registry = registry
        self._visible: dict[VirtualService, frozenset[str]] = {}
        self._by_gateway: dict[str, list[VirtualService]] = {}
        self._bound: dict[tuple[str, str | None], BoundVirtualServices] = {}
        self._by_port = IdentityCache(self._file_by_port)
        self._alternatives: dict[VirtualService, RuleAlternatives] = {}
        self._meant: dict[str, dict[str, list[VirtualService]]] = {}
        for service in everything:
            if not service.hosts:
                continue
            default = config.virtual_service_export_to
            self._visible[service] = visibility(service.export_to, service.namespace, default)
            for name in self.gateways_of(service):
                self._by_gateway.setdefault(name, []).append(service)

    def gateways_of(self, service: VirtualService) -> tuple[str, ...]:
        """Name the Gateways in full, as ``namespace/name`` or ``mesh``, in the order written."""
        return service.once(gateways_of)

    def full_name(self, host: str, namespace: str) -> str:
        """Complete a host as written in an object of a namespace."""
        return self._registry.fqdn(host, namespace)

    def full_host(self, destination: Destination) -> str:
        """Complete the host of a destination."""
        return self._registry.fqdn(destination.host, destination.resource.namespace)

    def naming(self, gateway: str) -> list[VirtualService]:
        """List the VirtualServices that name a Gateway, the oldest first, visible or not."""
        return self._by_gateway.get(gateway, [])

    def is_visible(self, service: VirtualService, namespace: str | None) -> bool:
        """Do proxies of a namespace see it? One that is unknown is given the benefit."""
        visible = self._visible.get(service, frozenset())
        return bool(visible) if namespace is None else is_visible_to(visible, namespace)

    def is_visible_in_any(self, service: VirtualService, namespaces: frozenset[str | None]) -> bool:
        """Do proxies of one of these namespaces see it?"""
        visible = self._visible.get(service, frozenset())
        return bool(visible) and (
            None in namespaces
            or bool(namespaces and "*" in visible)
            or not visible.isdisjoint(namespaces)
        )

    def bound(self, gateway: str, namespace: str | None) -> BoundVirtualServices:
        """List what binds to a Gateway (or ``mesh``) as a proxy of a namespace sees it.

        Those private to the namespace come first, then those exported to it by name, then the
        public ones; each group by age.
        """
        if namespace is not None and namespace not in self._singled_out:
            namespace = ""  # all namespaces that nothing is exported to by name see the same
        key = gateway, namespace
        if key not in self._bound:
            rest = self.bound(gateway, "") if namespace else None
            seen = self.naming(gateway) if rest is None else self._meant_for(gateway, namespace)
            own = [service for service in seen if self.is_visible(service, namespace)]
            own.sort(key=lambda service: self.rank(service, namespace))
            self._bound[key] = BoundVirtualServices(own, self._registry, rest)
        return self._bound[key]

    def _meant_for(self, gateway: str, namespace: str | None) -> Sequence[VirtualService]:
        """List what a namespace sees in another order than others, or alone, the oldest first."""
        if gateway not in self._meant:
            found = self._meant[gateway] = {}
            for service in self.naming(gateway):
                names = self._visible[service]
                own = {service.namespace} if service.is_generated else set()
                for name in (names - PUBLIC) | own:
                    found.setdefault(name, []).append(service)
        return self._meant[gateway].get(namespace or "", ())

    def asking_for(self, namespace: str) -> Sequence[VirtualService]:
        """List the VirtualServices with matches for clients of a namespace alone."""
        return self._asking.get(namespace, ())

    @cached_property
    def _singled_out(self) -> frozenset[str]:
        """The namespaces that see VirtualServices in an order of their own."""
        named = {name for names in self._visible.values() for name in names}
        return frozenset(named | {one.namespace for one in self._visible if one.is_generated})

    def tell_apart(self, namespace: str) -> bool:
        """May clients of a namespace have other routes than those of most others have?"""
        return namespace in self._singled_out or namespace in self._asking

    @cached_property
    def _asking(self) -> Mapping[str, Sequence[VirtualService]]:
        found: dict[str, dict[VirtualService, None]] = {}
        for service, match in self._matches():
            found.setdefault(match.text("sourceNamespace"), {})[service] = None
        return {name: [*services] for name, services in found.items()}

    @cached_property
    def asked_labels(self) -> frozenset[str]:
        """The labels of proxies that any match of a VirtualService asks for."""
        labels = (match.labels_of("sourceLabels") for _, match in self._matches())
        return frozenset(key for several in labels for key in several)

    def _matches(self) -> Iterator[tuple[VirtualService, Match]]:
        for service in self._everything:
            for route in (*service.http, *service.tls, *service.tcp):
                yield from ((service, match) for match in route.matches)

    def of_mesh_host(self, host: str, namespace: str) -> VirtualService | None:
        """Find the one VirtualService that sidecars of a namespace use for a host.

        They are not merged: the closest host counts, and of several the oldest that routes.
        """
        found = self.bound(MESH, namespace).first(host)
        return next((service for service in found if self.delegates.rules(service)), None)

    def in_mesh(
        self, host: str, namespace: str, port: int | None = None, proxy: ProxyNode | None = None
    ) -> tuple[EffectiveRoute, ...]:
        """Build the routes that sidecars of a namespace (or one proxy) have for a host.

        Without a port, that of the host's first port, or 80 for an unknown host. The first
        VirtualService for the host that gives any route on the port counts; one made of routes of
        the Gateway API counts for clients of its own namespace, and for all where that is the
        Service's (buildSidecarVirtualHostsForVirtualService).
        """
        known = self._registry.find(host, namespace)
        if port is None:
            port = known.ports[0].number if known is not None and known.ports else 80
        homes = {namespace, known.namespace} if known is not None else set()
        for service in self._first_at(host, namespace, port):
            if not service.is_generated or service.namespace in homes:
                found = self.build(service, MESH, port, proxy or ProxyNode(namespace, None))
                if found:
                    return found
        return ()

    def _first_at(self, host: str, namespace: str, port: int) -> Iterable[VirtualService]:
        """List those for the closest host that may have routes on a port; many are filed by it."""
        bound = self.bound(MESH, namespace)
        found = bound.first(host)
        return found if len(found) <= _FEW else self._by_port.of(bound, host).at(port)

    def _file_by_port(self, bound: BoundVirtualServices, host: str) -> ServicesByPort:
        several = bound.first(host)
        return ServicesByPort((service, self._alternatives_of(service)) for service in several)

    def build(
        self, service: VirtualService, gateway: str, port: int, proxy: ProxyNode, *,
        is_tls: bool = False,
    ) -> tuple[EffectiveRoute, ...]:  # fmt: skip
        """Build the Envoy routes of one VirtualService for a Gateway (or ``mesh``) and port.

        Everything after the first route that takes every request is cut off.
        """
        built: list[EffectiveRoute] = []
        at, of_rule = frozenset({gateway}), None
        for rule, match, asked in self.requests(service, gateway, port, proxy):
            if rule is not of_rule:  # the targets of a rule are the same for all of its matches
                targets = tuple(self._targets(rule, port, proxy, in_mesh=gateway == MESH))
                of_rule = rule
            request = asked._replace(gateways=at)
            built.append(EffectiveRoute(service, rule, match, request, targets, port, is_tls))
        return tuple(built)

    def requests(
        self, service: VirtualService, gateway: str, port: int, proxy: ProxyNode
    ) -> Iterator[tuple[HttpRule, RuleMatch | None, RequestMatch]]:
        """Walk what the routes of ``build`` take, each with its rule and match.

        The requests name no gateway.
        """
        asked = _asked_by_segment if service.is_generated else _asked
        for rule, match in self._alternatives_of(service).at(gateway, port):
            if match is None or _applies(match.match, gateway, port, proxy):
                request = match.match.once(asked) if match is not None else _EVERYTHING
                yield rule, match, request
                if is_catch_all(request):
                    return

    def _alternatives_of(self, service: VirtualService) -> RuleAlternatives:
        known = self._alternatives.get(service)
        if known is None:
            known = self._alternatives[service] = RuleAlternatives(self.delegates.rules(service))
        return known

    def target(
        self, destination: Destination, port: int, proxy: ProxyNode, weight: int | None = None, *,
        in_mesh: bool = False,
    ) -> WeightedCluster:  # fmt: skip
        """Resolve a destination: a missing port is the only one, else the listener's own.

        For http rules of sidecars (``in_mesh``) it is the listener's always: they look among the
        Services with that port alone (BuildSidecarOutboundVirtualHosts, httproute.go).
        """
        namespace = destination.resource.namespace
        host = self._registry.fqdn(destination.host, namespace)
        known = self._service(host, namespace, proxy)
        if in_mesh and known is not None and known.port(port) is None:
            known = None
        if known is not None and isinstance(known.source, Service):
            host = known.source.external_name or host
        number = port if in_mesh and destination.port is None else destination.port
        if number is None:
            number = known.ports[0].number if known and len(known.ports) == 1 else port
        return WeightedCluster(host, number, destination.subset, weight, destination)

    def _targets(
        self, rule: HttpRule, port: int, proxy: ProxyNode, *, in_mesh: bool
    ) -> Iterator[WeightedCluster]:
        entries = rule.action.routes
        if len(entries) == 1:
            yield self.target(entries[0].destination, port, proxy, in_mesh=in_mesh)
            return
        for entry in entries:
            if entry.weight:
                yield self.target(entry.destination, port, proxy, entry.weight, in_mesh=in_mesh)

    def _service(self, host: str, namespace: str, proxy: ProxyNode) -> RegisteredHost | None:
        viewer = namespace if proxy.namespace is None else proxy.namespace
        seen = [
            registered_host
            for registered_host in self._registry.at(host)
            if is_visible_to(registered_host.visible, viewer)
        ]
        own = next(
            (registered_host for registered_host in seen if registered_host.namespace == namespace),
            None,
        )
        return own or next(iter(seen), None)

    def rank(self, service: VirtualService, namespace: str | None) -> int:
        """How early a proxy of a namespace asks it: private 0, exported by name 1, public 3.

        Of the public ones those made of routes of its own namespace come first, with 2.
        """
        visible = self._visible[service]
        if "*" in visible or namespace is None:
            return 2 if service.is_generated and service.namespace == namespace else 3
        return 0 if service.namespace == namespace else 1


def shared_host(this: str, other: str) -> str | None:
    """Give the narrower of two hosts that overlap, ``None`` when they don't."""
    if covers(other, this):
        return this
    return other if covers(this, other) else None


def requested(match: RuleMatch | None) -> RequestMatch:
    """Read a match as it is written, for no gateway; a rule without one takes every request."""
    return match.match.once(_written) if match is not None else _EVERYTHING


def _written(match: Match) -> RequestMatch:
    return from_istio(match.data, frozenset())


def _asked(match: Match) -> RequestMatch:
    """Leave what a match asks of requests; what it asks of the proxy is settled by then."""
    return match.once(_written)._replace(port=None, source_labels={}, source_namespace="")


def _asked_by_segment(match: Match) -> RequestMatch:
    """Leave the same where a prefix ends with a segment of the path, as in the Gateway API.

    The prefix `/pack.Tea/` of a GRPCRoute's service is `/pack.Tea` (TranslateRouteMatch,
    pilot/pkg/networking/core/route/route.go, Istio 1.31).
    """
    asked = match.once(_asked)
    path = asked.path
    if path.kind == "prefix" and path.value != "/":
        path = segment_prefix(path.value.removesuffix("/"))
    return asked._replace(path=path)


def _applies(match: Match, gateway: str, port: int, proxy: ProxyNode) -> bool:
    """Is the match meant for this listener at all? Named gateways make the source irrelevant."""
    if match.port and match.port != port:
        return False
    if match.gateways:
        return gateway in match.gateways
    labels = match.labels_of("sourceLabels")
    if proxy.labels is not None and not selects(labels, proxy.labels):
        return False
    namespace = match.text("sourceNamespace")
    return not namespace or proxy.namespace is None or namespace == proxy.namespace
