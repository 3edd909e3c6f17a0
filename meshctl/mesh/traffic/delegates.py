"""Merges delegate VirtualServices into the http routes of their roots, and files these by listener.

Mirrors mergeVirtualServices, mergeHTTPRoute and hasConflict (pilot/pkg/model/virtualservice.go
and virtualservice_controller.go, Istio 1.31): a root route is replaced by the routes of its
delegate; a delegate that is missing or hidden, or a match that does not fit, leaves nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from meshctl.mesh.core.export_to import is_visible_to, visibility
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import Destination, Match, Route, VirtualService
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.traffic.routes import Routes

MESH = "mesh"
_SCALARS = ("uri", "scheme", "method", "authority")
_MAPS = ("headers", "withoutHeaders", "queryParams")


class DelegateFault(Enum):
    """Why a route that delegates yields nothing."""

    MISSING = "no such delegate"
    HAS_HOSTS = "the delegate has hosts of its own"
    HIDDEN = "the delegate is not exported to the namespace of the root"
    CONFLICT = "the match of the delegate's route does not fit into the root's"


class RuleMatch(NamedTuple):
    """One alternative of a rule, and the matches it was written as (root first)."""

    match: Match
    written: tuple[Match, ...]


@dataclass(frozen=True, slots=True, eq=False)
class HttpRule:
    """One http route that istiod builds from: a root's own, or one merged with a delegate's.

    ``action`` is the route that says where requests go; it equals ``root`` without a delegate.
    """

    root: Route
    action: Route
    name: str
    matches: tuple[RuleMatch, ...]

    def saying(self, key: str) -> Route:
        """Name the route whose setting holds: a delegate inherits rewrite, timeout, retries …"""
        return self.action if self.action.has(key) else self.root

    @property
    def destinations(self) -> Iterator[Destination]:
        """Where its requests go, and the mirrors that get copies; entries without weight are left out."""
        entries = self.action.routes
        for entry in entries:
            if len(entries) == 1 or entry.weight:
                yield entry.destination
        mirrored = next((route for route in (self.action, self.root) if route.mirrors), self.action)
        yield from mirrored.mirrors

    @property
    def written(self) -> tuple[Route, ...]:
        """The routes it was made of, the root first."""
        return (self.root,) if self.root is self.action else (self.root, self.action)


class BrokenDelegate(NamedTuple):
    """A delegation that fails: as a whole, or (``route``) for one route of the delegate."""

    root: Route
    reason: DelegateFault
    delegate: VirtualService | None = None
    route: Route | None = None


def gateway_name(written: str, namespace: str) -> str:
    """Resolve how a VirtualService names a Gateway to ``namespace/name``; ``mesh`` stays.

    Mirrors resolveGatewayName (pilot/pkg/model/config.go, Istio 1.31), old FQDN form included.
    """
    if written == MESH:
        return written
    first, slash, rest = written.partition("/")
    if slash:
        return f"{namespace}/{rest}" if first == "." else written
    name, dot, tail = written.partition(".")
    home = tail.partition(".")[0] if dot else namespace
    return f"{home}/{name}" if home else name


def gateways_of(service: VirtualService) -> tuple[str, ...]:
    """Name the Gateways in full, as ``namespace/name`` or ``mesh``, in the order written."""
    return tuple(gateway_name(name, service.namespace) for name in service.gateways or (MESH,))


def resolved(match: Match) -> Match:
    """Give a match whose gateways are named in full."""
    if not match.gateways:
        return match
    home = match.resource.namespace
    names = [gateway_name(written, home) for written in match.gateways]
    return Match(match.resource, match.path, {**match.data, "gateways": names})


_Alternative = tuple[int, HttpRule, RuleMatch | None]
"""The place in the order of all, the rule, and its match; a rule without any takes everything."""


class RuleAlternatives:
    """The alternatives of one VirtualService, found by the listener that they are for.

    A match that names a port or gateways makes routes there alone (sourceMatchHTTP,
    pilot/pkg/networking/core/route/route.go, Istio 1.31). There may be thousands, each for one of its own.
    """

    def __init__(self, rules: Sequence[HttpRule]) -> None:
        self._filed: dict[tuple[str, int], list[_Alternative]] = {}
        alternatives = ((rule, match) for rule in rules for match in rule.matches or (None,))
        for place, (rule, match) in enumerate(alternatives):
            port = (match.match.port or 0) if match is not None else 0
            named = match.match.gateways if match is not None else ()
            for gateway in dict.fromkeys(named or ("",)):
                self._filed.setdefault((gateway, port), []).append((place, rule, match))

    def at(self, gateway: str, port: int) -> Iterator[tuple[HttpRule, RuleMatch | None]]:
        """Walk those that may be for a port of a Gateway (or ``mesh``), in the order of the rules."""
        keys = ("", 0), ("", port), (gateway, 0), (gateway, port)
        several = [self._filed[key] for key in dict.fromkeys(keys) if key in self._filed]
        found = several[0] if len(several) == 1 else merge(*several, key=itemgetter(0))
        for _, rule, match in found:
            yield rule, match

    @property
    def ports(self) -> frozenset[int]:
        """The ports that they are for; 0 among them stands for any."""
        return frozenset(port for _, port in self._filed)


class ServicesByPort:
    """The VirtualServices of one host by the ports that their http rules are for, in their order."""

    def __init__(self, services: Iterable[tuple[VirtualService, RuleAlternatives]]) -> None:
        self._filed: dict[int, list[tuple[int, VirtualService]]] = {}
        for place, (service, alternatives) in enumerate(services):
            for port in alternatives.ports:
                self._filed.setdefault(port, []).append((place, service))

    def at(self, port: int) -> Iterator[VirtualService]:
        """Walk those that may have routes on a port."""
        several = [self._filed.get(one, ()) for one in dict.fromkeys((0, port))]
        walked: VirtualService | None = None
        for _, service in merge(*several, key=itemgetter(0)):
            if service is not walked:  # it has rules for the port and for any
                yield service
            walked = service


class Delegates:
    """The http rules of every VirtualService, merged when first asked."""

    def __init__(self, services: Iterable[VirtualService], config: MeshConfig) -> None:
        self._config = config
        self._by_name = {(service.namespace, service.name): service for service in services}
        self._rules: dict[VirtualService, tuple[HttpRule, ...]] = {}
        self._broken: dict[VirtualService, tuple[BrokenDelegate, ...]] = {}

    def rules(self, service: VirtualService) -> tuple[HttpRule, ...]:
        """List the http rules in order."""
        if service not in self._rules:
            self._merge(service)
        return self._rules[service]

    def broken(self, service: VirtualService) -> tuple[BrokenDelegate, ...]:
        """List the delegations of a root that yield nothing."""
        if service not in self._broken:
            self._merge(service)
        return self._broken[service]

    def target(self, route: Route) -> VirtualService | None:
        """Find the VirtualService that a route delegates to, whatever it says."""
        home = route.delegate.text("namespace") or route.resource.namespace
        return self._by_name.get((home, route.delegate.text("name")))

    def roots(self, delegate: VirtualService) -> list[VirtualService]:
        """List the VirtualServices that delegate to one."""
        return self._roots.get(delegate, [])

    @cached_property
    def _roots(self) -> dict[VirtualService, list[VirtualService]]:
        found: dict[VirtualService, list[VirtualService]] = {}
        for root in self._by_name.values():
            targets = (self.target(route) for route in root.http if route.has("delegate"))
            for target in dict.fromkeys(service for service in targets if service is not None):
                found.setdefault(target, []).append(root)
        return found

    def reaches(self, route: Route) -> bool:
        """Does any root get to this route of a delegate?"""
        return route in self._reached

    @cached_property
    def _reached(self) -> frozenset[Route]:
        roots = (service for service in self._by_name.values() if service.hosts)
        return frozenset(rule.action for service in roots for rule in self.rules(service))

    def _merge(self, service: VirtualService) -> None:
        rules: list[HttpRule] = []
        broken: list[BrokenDelegate] = []
        for route in service.http:
            if not route.has("delegate"):
                rules.append(route.once(own_rule))
                continue
            target = self.target(route)
            reason = self._obstacle(route, target)
            if target is None or reason is not None:
                broken.append(BrokenDelegate(route, reason or DelegateFault.MISSING, target))
                continue
            for own in target.http:
                rule = _merged_rule(route, own)
                if rule is None:
                    broken.append(BrokenDelegate(route, DelegateFault.CONFLICT, target, own))
                else:
                    rules.append(rule)
        self._rules[service] = tuple(rules)
        self._broken[service] = tuple(broken)

    def _obstacle(self, route: Route, target: VirtualService | None) -> DelegateFault | None:
        if target is None:
            return DelegateFault.MISSING
        if target.hosts:
            return DelegateFault.HAS_HOSTS
        default = self._config.virtual_service_export_to
        visible = visibility(target.export_to, target.namespace, default)
        return None if is_visible_to(visible, route.resource.namespace) else DelegateFault.HIDDEN


def own_rule(route: Route) -> HttpRule:
    """Read a route that delegates nothing."""
    matches = tuple(RuleMatch(resolved(match), (match,)) for match in route.matches)
    return HttpRule(route, route, route.name, matches)


def _merged_rule(root: Route, own: Route) -> HttpRule | None:
    matches = _merged_matches(root, own)
    if matches is None:
        return None
    name = "-".join(part for part in (root.name, own.name) if part)
    return HttpRule(root, own, name, matches)


def _merged_matches(root: Route, own: Route) -> tuple[RuleMatch, ...] | None:
    """Merge the matches; ``None`` when one of the delegate's fits into none of the root's."""
    if not root.matches or not own.matches:
        return (own if not root.matches else root).once(own_rule).matches
    merged = []
    for leaf in own.matches:
        fitting = [wide for wide in root.matches if not _conflict(resolved(wide), resolved(leaf))]
        if not fitting:
            return None
        merged += [
            RuleMatch(_merged_match(resolved(wide), resolved(leaf)), (wide, leaf))
            for wide in fitting
        ]
    return tuple(merged)


def _merged_match(root: Match, leaf: Match) -> Match:
    data: dict[str, Any] = dict(leaf.data)
    data["name"] = "-".join(part for part in (root.name, leaf.name) if part)
    for key in (*_SCALARS, "sourceNamespace"):
        if not leaf.has(key) and root.has(key):
            data[key] = root.data[key]
    for key in (*_MAPS, "sourceLabels"):
        both = {**root.child(key).data, **leaf.child(key).data}
        if both:
            data[key] = both
    for key in ("port", "gateways"):
        if not leaf.data.get(key) and root.has(key):
            data[key] = root.data[key]
    return Match(leaf.resource, leaf.path, data)


def _conflict(root: Match, leaf: Match) -> bool:
    if any(_texts_conflict(root.data.get(key), leaf.data.get(key)) for key in _SCALARS):
        return True
    for key in _MAPS:
        wide = root.child(key).data
        if any(_texts_conflict(wide.get(k), v) for k, v in leaf.child(key).data.items()):
            return True
    if (root.flag("ignoreUriCase") is True) != (leaf.flag("ignoreUriCase") is True):
        return True
    if root.port and leaf.port and root.port != leaf.port:
        return True
    namespace = root.text("sourceNamespace")
    if namespace and leaf.text("sourceNamespace") != namespace:
        return True
    labels = root.labels_of("sourceLabels")
    if any(labels.get(k, v) != v for k, v in leaf.labels_of("sourceLabels").items()):
        return True
    return bool(root.gateways) and not set(leaf.gateways) <= set(root.gateways)


def _texts_conflict(root: Any, leaf: Any) -> bool:
    """Does the leaf's StringMatch ask for something outside the root's? Regexes never fit."""
    if root is None or leaf is None:
        return False
    wide, narrow = _string_match(root), _string_match(leaf)
    if wide.get("regex") or narrow.get("regex"):
        return True
    if wide.get("exact"):
        return bool(narrow.get("prefix")) or narrow.get("exact") != wide["exact"]
    if wide.get("prefix"):
        text = narrow.get("prefix") or narrow.get("exact")
        return text is None or not text.startswith(wide["prefix"])
    return True


def _string_match(data: Any) -> Mapping[str, str]:
    if not isinstance(data, dict):
        return {}
    return {k: v for k, v in data.items() if isinstance(v, str) and v}


class RouteTo(NamedTuple):
    """A route that leads to a host: by which port (0: any), for clients of which namespaces.

    No ``sources`` are all namespaces.
    """

    virtual_service: VirtualService
    port: int
    sources: frozenset[str]


class RoutedHosts:
    """The hosts that routes of VirtualServices in the mesh lead to, the same for all clients.

    A sidecar has clusters for them, whether its Sidecar imports them or not (collectImportedServices,
    pilot/pkg/model/sidecar.go, Istio 1.31).
    """

    def __init__(self, routes: "Routes") -> None:
        self._found: dict[str, set[RouteTo]] = {}
        self._of: dict[VirtualService, dict[str, None]] = {}
        for service in routes.naming(MESH):
            for destination, sources in _destinations(service, routes.delegates):
                host = routes.full_host(destination)
                self._of.setdefault(service, {})[host] = None
                found = self._found.setdefault(host, set())
                found.add(RouteTo(service, destination.port or 0, sources))

    def of(self, service: VirtualService) -> Iterable[str]:
        """Walk the hosts that the routes of a VirtualService lead to."""
        return self._of.get(service, ())

    def to(self, host: str) -> Iterable[RouteTo]:
        """Walk the routes that lead to a host."""
        return self._found.get(host, ())


def _destinations(
    service: VirtualService, delegates: Delegates
) -> Iterator[tuple[Destination, frozenset[str]]]:
    """Walk the destinations of the routes, each with the namespaces whose clients it is for."""
    for rule in delegates.rules(service):
        sources = _sources(match.match.text("sourceNamespace") for match in rule.matches)
        for destination in rule.action.destinations:
            yield destination, sources
    for route in (*service.tls, *service.tcp):
        sources = _sources(match.text("sourceNamespace") for match in route.matches)
        for destination in route.destinations:
            yield destination, sources


def _sources(written: Iterable[str]) -> frozenset[str]:
    """The namespaces that matches name; none where one of them names none."""
    found = frozenset(written)
    return frozenset() if "" in found else found
