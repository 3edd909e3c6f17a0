"""What does istiod make of the Gateway API: conditions, listeners, routes, generated configuration?

Mirrors the controller of pilot/pkg/config/kube/gateway, Istio 1.31. What it generates is merged
with Gateways and VirtualServices as if somebody had written it: ``gateways`` and ``routes`` hold
both.
"""

from collections.abc import Iterator
from functools import partial

from meshctl.mesh.core.precedence import age
from meshctl.mesh.gateway_api import http_rules, l4_rules
from meshctl.mesh.gateway_api.allowed_sets import allowed_sets
from meshctl.mesh.gateway_api.backends import Backends
from meshctl.mesh.gateway_api.gateway_classes import Controller, GatewayClasses
from meshctl.mesh.gateway_api.given import Given
from meshctl.mesh.gateway_api.http_rules import ConvertedRules, HttpRule
from meshctl.mesh.gateway_api.listener_conflicts import conflicts
from meshctl.mesh.gateway_api.listeners import GatewayListener, ListenerReader
from meshctl.mesh.gateway_api.parents import Attachment, Parents
from meshctl.mesh.gateway_api.status.addresses import gateway_services
from meshctl.mesh.gateway_api.status.conditions import Conditions
from meshctl.mesh.gateway_api.status.gateway_status import GatewayStatuses, ReadGateway
from meshctl.mesh.gateway_api.status.route_status import ParentStatus, parent_statuses
from meshctl.mesh.gateway_api.virtual_services import ReadRoute, VirtualServiceMaker
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.gateways.gateway_workloads import GatewayWorkloads
from meshctl.mesh.traffic.routes import Routes
from meshctl.resources import (
    Gateway,
    GatewayClass,
    GeneratedGateway,
    GeneratedVirtualService,
    KubernetesGateway,
    KubernetesRoute,
    ListenerSet,
    Service,
    ServiceEntry,
    VirtualService,
)
from meshctl.resources.cached_property import cached_property

_KINDS = frozenset({"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"})


class GatewayApi:
    """Answers for everything of the Gateway API."""

    def __init__(self, given: Given, routes: Routes, gateways: Gateways) -> None:
        """Read them; ``routes`` and ``gateways`` are those of Istio's own API alone."""
        self._given = given
        self._inventory = given.inventory
        self._istio_routes = routes
        self._istio_gateways = gateways
        self.classes = GatewayClasses(given.inventory.of(GatewayClass))
        self._backends = Backends(given)
        self._rules: dict[tuple[KubernetesRoute, bool], ConvertedRules] = {}

    def gateway(self, gateway: KubernetesGateway) -> ReadGateway | None:
        """Read a Gateway; ``None`` if istiod doesn't serve its class."""
        return self._gateways.get(gateway)

    def gateway_conditions(self, gateway: KubernetesGateway) -> Conditions:
        """The conditions that istiod writes for a Gateway; none for a class of others."""
        read = self.gateway(gateway)
        return self._statuses.conditions(read) if read is not None else {}

    def set_conditions(self, one: ListenerSet) -> Conditions:
        """The conditions that istiod writes for a ListenerSet; none if it is nobody's."""
        return self._statuses.set_conditions(one, self._by_name.get(one.gateway_name))

    def attachments(self, route: KubernetesRoute) -> tuple[Attachment, ...]:
        """The listeners that a route asks for, with why some don't take it."""
        return self._attachments.get(route, ())

    def rules(self, route: KubernetesRoute, *, in_mesh: bool) -> ConvertedRules:
        """The rules of a route as those of a VirtualService, at Gateways or for the mesh."""
        key = route, in_mesh
        if key not in self._rules:
            is_http = route.kind in {"HTTPRoute", "GRPCRoute"}
            convert = http_rules.convert if is_http else l4_rules.convert
            read = partial(self._backends.read, enforce_grants=not in_mesh)
            self._rules[key] = convert(route, read)
        return self._rules[key]

    def parents(self, route: KubernetesRoute) -> tuple[ParentStatus, ...]:
        """What the status of a route says about each parent that is istiod's."""
        several = self.attachments(route)
        nothing = ConvertedRules(())
        at_gateways, in_mesh = nothing, nothing
        if any(not one.is_mesh for one in several):
            at_gateways = self.rules(route, in_mesh=False)
        if any(one.is_mesh for one in several):
            in_mesh = self.rules(route, in_mesh=True)
        return parent_statuses(several, at_gateways, in_mesh)

    def attached(self, one: GatewayListener) -> list[KubernetesRoute]:
        """The routes that count as attached to a listener, the oldest first."""
        return self._attached.get(one, [])

    @cached_property
    def gateways(self) -> Gateways:
        """What each gateway workload serves, of Gateways of both APIs."""
        if not self.generated_gateways:
            return self._istio_gateways
        inventory, registry = self._inventory, self._given.registry
        workloads = GatewayWorkloads(
            self._given.workloads, inventory.of(Service), registry, is_whole=inventory.is_whole
        )
        several = (*inventory.of(Gateway), *self.generated_gateways)
        return Gateways(several, workloads, self.routes, registry)

    @cached_property
    def routes(self) -> Routes:
        """What VirtualServices become, those too that istiod makes of routes."""
        if not self.virtual_services:
            return self._istio_routes
        several = (*self._inventory.of(VirtualService), *self.virtual_services)
        return Routes(several, self._given.registry, self._inventory.config)

    @cached_property
    def generated_gateways(self) -> tuple[GeneratedGateway, ...]:
        """The Istio Gateways made of valid listeners."""
        return tuple(
            one.generated(read.services.hosts)
            for read in self._gateways.values()
            for one in (*read.listeners, *read.of_sets)
            if one.is_valid and one.takes_routes
        )

    @cached_property
    def virtual_services(self) -> tuple[GeneratedVirtualService, ...]:
        """The VirtualServices made of routes."""
        maker = VirtualServiceMaker(self._inventory.of(ServiceEntry), self._inventory.config.domain)
        return tuple(maker.make(self._read_routes()))

    def _read_routes(self) -> Iterator[ReadRoute]:
        for route, several in self._attachments.items():
            at_gateways: tuple[HttpRule, ...] = ()
            in_mesh: tuple[HttpRule, ...] = ()
            if any(not one.is_mesh for one in several):
                at_gateways = self.rules(route, in_mesh=False).rules
            if any(one.is_mesh for one in several):
                in_mesh = self.rules(route, in_mesh=True).rules
            yield ReadRoute(route, several, at_gateways, in_mesh)

    @cached_property
    def _attachments(self) -> dict[KubernetesRoute, tuple[Attachment, ...]]:
        parents = Parents(self._given, self.classes, self._listeners_of)
        routes = (one for one in self._inventory.of(KubernetesRoute) if one.kind in _KINDS)
        return {one: parents.of(one) for one in sorted(routes, key=age)}

    @cached_property
    def _attached(self) -> dict[GatewayListener, list[KubernetesRoute]]:
        found: dict[GatewayListener, dict[KubernetesRoute, None]] = {}
        for route, several in self._attachments.items():
            for one in several:
                if one.listener is not None and one.denial is None:
                    found.setdefault(one.listener, {})[route] = None
        return {listener: list(routes) for listener, routes in found.items()}

    def _listeners_of(self, kind: str, name: str) -> tuple[GatewayListener, ...]:
        return self._by_owner.get((kind, name), ())

    @cached_property
    def _by_owner(self) -> dict[tuple[str, str], tuple[GatewayListener, ...]]:
        found: dict[tuple[str, str], list[GatewayListener]] = {}
        for read in self._gateways.values():
            several = [one for one in read.listeners if one.takes_routes]
            several += [one for one in read.of_sets if one.takes_routes and one.is_valid]
            for one in several:
                found.setdefault((one.owner.kind, one.owner.key_name), []).append(one)
        return {key: tuple(listeners) for key, listeners in found.items()}

    @cached_property
    def _by_name(self) -> dict[str, ReadGateway]:
        return {one.key_name: read for one, read in self._gateways.items()}

    @cached_property
    def _statuses(self) -> GatewayStatuses:
        return GatewayStatuses(self._given)

    @cached_property
    def _gateways(self) -> dict[KubernetesGateway, ReadGateway]:
        sets: dict[str, list[ListenerSet]] = {}
        for one in sorted(self._inventory.of(ListenerSet), key=_set_order):
            sets.setdefault(one.gateway_name, []).append(one)
        reader = ListenerReader(self._given)
        found = {}
        for gateway in self._inventory.of(KubernetesGateway):
            controller = self.classes.controller(gateway.class_name)
            if controller is not None:
                several = sets.get(gateway.key_name, [])
                found[gateway] = self._read(gateway, controller, several, reader)
        return found

    def _read(
        self, gateway: KubernetesGateway, controller: Controller, sets: list[ListenerSet],
        reader: ListenerReader,
    ) -> ReadGateway:  # fmt: skip
        services = gateway_services(gateway, controller, self._inventory.config.domain)
        allowed: tuple[ListenerSet, ...] = ()
        lost = {}
        if controller is Controller.GATEWAY:
            allowed = allowed_sets(gateway, sets, self._given.workloads)
            lost = conflicts(gateway, allowed)
        read = ReadGateway(gateway, controller, services, (), (), allowed)
        if not read.is_served:
            return read
        return read._replace(
            listeners=tuple(
                reader.read(one, gateway, controller, lost.get(one)) for one in gateway.listeners
            ),
            of_sets=tuple(
                reader.read(one, gateway, controller, lost.get(one))
                for each in allowed
                for one in each.listeners
            ),
        )


def _set_order(one: ListenerSet) -> tuple[object, str]:
    return age(one)[0], one.key_name
