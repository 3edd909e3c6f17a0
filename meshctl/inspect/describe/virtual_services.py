"""Lists the routes of VirtualServices that bring requests to a host, and which are dead."""

from collections.abc import Iterator
from dataclasses import dataclass

from meshctl.inspect.shown import Named, Place, Shown
from meshctl.mesh import Mesh
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.traffic.delegates import HttpRule
from meshctl.mesh.traffic.route_matches import RouteMatch
from meshctl.mesh.traffic.routes import ProxyNode, WeightedCluster
from meshctl.mesh.traffic.unreachable_rules import Extent, UnreachableRule
from meshctl.resources import Match, Ref, Route, VirtualService, Workload

_ANY = "every connection"


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One match and what becomes of its requests.

    ``reaches`` is null where the answer is about no workload or the subset is unknown; ``dead``
    says what takes all of its requests before.
    """

    match: str
    does: str
    hits: bool
    reaches: bool | None
    dead: str | None
    location: Place


@dataclass(frozen=True, slots=True)
class LeadingService(Named):
    """A VirtualService that leads to a host, or is the one of sidecars for it."""

    hosts: tuple[str, ...]
    gateways: tuple[str, ...]
    is_for_sidecars: bool
    routes: tuple[RouteLine, ...]


class HostRoutes:
    """Lists the routes of VirtualServices that are about one host.

    With a ``workload``, routes to subsets that it is not in are told apart.
    """

    def __init__(
        self, mesh: Mesh, host: RegisteredHost, shown: Shown, workload: Workload | None = None
    ) -> None:
        self._mesh = mesh
        self._host = host
        self._shown = shown
        self._workload = workload
        rule = mesh.traffic.destination_rules.effective(host, host.namespace, {})
        self._subsets = rule.subsets if rule is not None else {}

    def services(self) -> Iterator[LeadingService]:
        """Walk the VirtualServices: first the one of the host, then others that lead to it.

        Of those all routes are written that lead there; of the host's own, every one.
        """
        own = self._mesh.traffic.routes.of_mesh_host(self._host.host, self._host.namespace)
        several = [own] if own is not None else []
        for destination in self._mesh.traffic.destinations.to(self._host.host):
            service = destination.resource
            if isinstance(service, VirtualService):
                roots = self._mesh.traffic.routes.delegates.roots(service)
                several += [service] if service.hosts else roots
        for virtual_service in dict.fromkeys(several):
            routes = [*self._http(virtual_service), *self._opaque(virtual_service)]
            kept = tuple(route for route in routes if virtual_service is own or route.hits)
            if kept:
                gateways = tuple(self._mesh.traffic.routes.gateways_of(virtual_service))
                head = self._shown.head(virtual_service)
                yield LeadingService(
                    *head, tuple(virtual_service.hosts), gateways, virtual_service is own, kept
                )

    def _http(self, service: VirtualService) -> Iterator[RouteLine]:
        shadows = self._mesh.traffic.unreachable_rules.of(service)
        for match in self._mesh.traffic.route_matches.of(service):
            targets = self._targets(match.rule.action, service)
            shadow = next((shadow for shadow in shadows if _kills(shadow, match)), None)
            dead = f"{shadow.by.full_title} takes its requests" if shadow is not None else None
            does = _action(match.rule) or _to(targets)
            yield self._line(match.full_title, does, targets, dead, match.place)

    def _opaque(self, service: VirtualService) -> Iterator[RouteLine]:
        for route in (*service.tls, *service.tcp):
            targets = self._targets(route, service)
            for match in route.matches or (None,):
                place = (match or route).at()
                yield self._line(_connection(match), _to(targets), targets, None, place)

    def _line(
        self, match: str, does: str, targets: list[WeightedCluster], dead: str | None, place: Ref
    ) -> RouteLine:
        hits = any(target.host == self._host.host for target in targets)
        written = self._shown.at(place).location
        return RouteLine(match, does, hits, self._reaches(targets), dead, written)

    def _targets(self, route: Route, service: VirtualService) -> list[WeightedCluster]:
        port = self._host.ports[0].number if self._host.ports else 80
        proxy = ProxyNode(service.namespace, None)
        several = len(route.routes) > 1
        return [
            self._mesh.traffic.routes.target(
                weighted_route.destination,
                port,
                proxy,
                (weighted_route.weight or 0) if several else None,
            )
            for weighted_route in route.routes
        ]

    def _reaches(self, targets: list[WeightedCluster]) -> bool | None:
        """Do requests come to the workload? ``None`` without one, or for an unknown subset."""
        if self._workload is None:
            return None
        answers = {
            self._is_in(target.subset)
            for target in targets
            if target.host == self._host.host and target.weight != 0
        }
        if True in answers:
            return True
        return None if None in answers else False

    def _is_in(self, name: str) -> bool | None:
        subset = self._subsets.get(name)
        if not name:
            return True
        if subset is None:
            return None
        return self._workload in self._mesh.workloads.of_subset(self._host, subset.labels)


def _kills(shadow: UnreachableRule, match: RouteMatch) -> bool:
    if shadow.extent is Extent.MATCH:
        return shadow.dead is match
    if shadow.extent is Extent.RULE:
        return shadow.dead.rule is match.rule
    return shadow.dead.rule.root is match.rule.root


def _action(rule: HttpRule) -> str:
    action = rule.action
    if action.has("redirect"):
        redirect = action.child("redirect")
        words = [redirect.text(key) for key in ("scheme", "authority", "uri")]
        return f"redirect to {' '.join(word for word in words if word) or 'itself'}"
    if action.has("directResponse"):
        return f"answer {action.child('directResponse').number('status')}"
    return ""


def _to(targets: list[WeightedCluster]) -> str:
    return ", ".join(map(target_text, targets)) or "nothing"


def target_text(target: WeightedCluster) -> str:
    """Write an upstream as ``routes`` does: ``weight % host:port subset name``."""
    subset = f" subset {target.subset}" if target.subset else ""
    weight = f"{target.weight} % " if target.weight is not None else ""
    return f"{weight}{target.host}:{target.port}{subset}"


def _connection(match: Match | None) -> str:
    if match is None:
        return _ANY
    parts = [f"SNI {', '.join(match.texts('sniHosts'))}"] if match.texts("sniHosts") else []
    parts += [f"port {match.port}"] if match.port is not None else []
    return " and ".join(parts) or _ANY
