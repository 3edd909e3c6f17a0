"""The proxies that find a DestinationRule which defines the subset of a route, or not.

They look it up on their own path (``traffic_policy``), and one whose rule has no such subset has
no such upstream: 503 with response flag NC.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.reachability.clusters import Clusters
from meshctl.mesh.registry.services import RegisteredHost, Registry
from meshctl.mesh.traffic.delegates import MESH, gateway_name
from meshctl.mesh.traffic.destination_rule_merge import selector_of
from meshctl.mesh.traffic.destination_rules import DestinationRules
from meshctl.mesh.traffic.routes import Routes
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Destination, DestinationRule, Resource, Route, VirtualService
from meshctl.resources.cached_property import cached_property
from meshctl.spelling import Spellings

ELSEWHERE = ""
"""Stands for every namespace that has nothing of its own to say; no namespace has this name."""


class ClientGroup(NamedTuple):
    """Proxies that route alike: of one namespace, or ``ELSEWHERE`` for all without own rules."""

    namespace: str
    labels: Mapping[str, str]
    is_gateway: bool


class LostSubset(NamedTuple):
    """A subset that some proxies don't find. ``client`` is ``None`` when nobody defines it."""

    client: ClientGroup | None
    known: Spellings
    """The subsets that there are."""
    rules: tuple[DestinationRule, ...]
    """Rules for the host; where a client misses it, those that define the subset."""


class _Covering(NamedTuple):
    """The rules of all namespaces for one host, which many destinations may name."""

    rules: tuple[DestinationRule, ...]
    known: Spellings
    defining: Mapping[str, Iterable[DestinationRule]]
    """Those that define a subset, by its name."""
    homes: frozenset[str]
    """The namespaces of those that name the host itself."""
    single_out: bool
    """Is one of them for some workloads alone?"""


class Subsets:
    """Finds out who finds a subset."""

    def __init__(
        self, inventory: Inventory, registry: Registry, routes: Routes, rules: DestinationRules,
        gateways: Gateways, clusters: Clusters, workloads: Workloads,
    ) -> None:  # fmt: skip
        self._workloads = workloads
        self._is_whole = inventory.is_whole
        self._registry = registry
        self._routes = routes
        self._rules = rules
        self._gateways_of = gateways
        self._clusters = clusters
        self._lost: dict[tuple[Resource, str, str, frozenset[str]], LostSubset | None] = {}
        self._knows = inventory.knows
        self._virtual_services = inventory.of(VirtualService)
        self._of_host: dict[str, _Covering] = {}

    def lost(self, route: Route, destination: Destination) -> LostSubset | None:
        """Say who misses the subset of a destination; ``None`` when nobody surely does."""
        gateways = self._gateways(route)
        key = route.resource, destination.host, destination.subset, gateways
        if key not in self._lost:
            self._lost[key] = self._find(destination, gateways)
        return self._lost[key]

    def _find(self, destination: Destination, gateways: frozenset[str]) -> LostSubset | None:
        host = self._clusters.host_of(destination)
        covering = self._covering(host)
        if destination.subset not in covering.known:
            lost = LostSubset(None, covering.known, covering.rules)
            return lost if self.is_known(destination) else None
        declared = self._clusters.declared(destination)
        if not declared or covering.single_out:
            return None
        for client in self._clients(destination.resource, gateways):
            if not self._finds(client, declared, destination.subset):
                defining = tuple(covering.defining[destination.subset])
                return LostSubset(client, covering.known, defining)
        return None

    def _covering(self, host: str) -> _Covering:
        known = self._of_host.get(host)
        if known is None:
            known = self._of_host[host] = _read(tuple(self._rules.covering(host)))
        return known

    def is_known(self, destination: Destination) -> bool:
        """Has the input a rule for the host, or would it have one, if there were one?"""
        host = self._clusters.host_of(destination)
        if any(True for _ in self._rules.covering(host)):
            return True
        homes = {destination.resource.namespace, self._registry.home(host)} - {None, ""}
        return any(self._knows.all_of("DestinationRule", str(home)) for home in homes)

    def _finds(self, client: ClientGroup, declared: Sequence[RegisteredHost], subset: str) -> bool:
        """Does a client find it for each declaration of the host that it sees?"""
        for host in declared:
            if client.namespace is ELSEWHERE and "*" not in host.visible:
                continue
            if is_visible_to(host.visible, client.namespace):
                found = self._rules.effective(host, client.namespace, client.labels)
                if found is None or subset not in found.subsets:
                    return False
        return True

    def _gateways(self, route: Route) -> frozenset[str]:
        """Name the gateways that surely read a route; what only some sidecars read doesn't count."""
        service = route.virtual_service
        every = frozenset(self._routes.gateways_of(service)) if service.hosts else frozenset()
        if not route.matches:
            return every
        found: set[str] = set()
        for match in route.matches:
            if match.gateways:
                found.update(gateway_name(name, service.namespace) for name in match.gateways)
            elif match.has("sourceLabels") or match.has("sourceNamespace"):
                found.update(every - {MESH})
            else:
                return every
        return every & found

    def _has_others(self, service: VirtualService) -> bool:
        """Are there clients in other namespaces, or may there be some outside the input?"""
        homes = self._workloads.sidecar_homes
        return any(home != service.namespace for home in homes) or not self._is_whole

    def _homes_of_rules(self, service: VirtualService) -> Iterator[str]:
        """Walk the other namespaces with sidecars that have rules of their own for a host of a VirtualService.

        Their clients read no others. Those with a VirtualService of their own for the host may not follow this one.
        """
        hosts = [self._registry.fqdn(host, service.namespace) for host in service.hosts]
        homes = {home for host in hosts for home in self._covering(host).homes}
        for home in sorted(homes.intersection(self._sidecar_homes) - {service.namespace}):
            routed = any((home, host) in self._routed_at_home for host in hosts)
            if not routed and self._routes.is_visible(service, home):
                yield home

    @cached_property
    def _sidecar_homes(self) -> frozenset[str]:
        return frozenset(self._workloads.sidecar_homes)

    @cached_property
    def _routed_at_home(self) -> frozenset[tuple[str, str]]:
        """The namespaces with the hosts that VirtualServices of theirs route."""
        return frozenset(
            (service.namespace, self._registry.fqdn(host, service.namespace))
            for service in self._virtual_services
            for host in service.hosts
        )

    def gateway_clients(self, route: Route) -> Iterator[ClientGroup]:
        """Walk the gateway pods that surely read a route."""
        service = route.virtual_service
        yield from self._clients(service, self._gateways(route) - {MESH})

    def _clients(self, service: Resource, gateways: Iterable[str]) -> Iterator[ClientGroup]:
        assert isinstance(service, VirtualService)  # noqa: S101 - narrows the type
        for name in sorted(gateways):
            if name == MESH:
                if self._routes.is_visible(service, service.namespace):
                    yield ClientGroup(service.namespace, {}, is_gateway=False)
                for home in self._homes_of_rules(service):
                    yield ClientGroup(home, {}, is_gateway=False)
                if self._routes.is_visible(service, ELSEWHERE) and self._has_others(service):
                    yield ClientGroup(ELSEWHERE, {}, is_gateway=False)
                continue
            gateway = self._gateways_of.find(name)
            for effective in self._gateways_of.of(gateway) if gateway is not None else ():
                workload = effective.workload
                if workload.namespace is not None:
                    yield ClientGroup(workload.namespace, workload.labels, is_gateway=True)


def _read(rules: tuple[DestinationRule, ...]) -> _Covering:
    defining: dict[str, dict[DestinationRule, None]] = {}
    for rule in rules:
        for subset in rule.subsets:
            defining.setdefault(subset.name, {})[rule] = None
    # Whether the clients of a rule for a wildcard call the host, it doesn't say.
    homes = frozenset(rule.namespace for rule in rules if not is_wildcard(rule.host))
    single_out = any(selector_of(rule) is not None for rule in rules)
    return _Covering(rules, Spellings(defining), defining, homes, single_out)
