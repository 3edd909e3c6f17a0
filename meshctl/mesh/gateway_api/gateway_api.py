"""The Gateway API as istiod reads it: conditions, listeners, routes, generated configuration.

Mirrors the controller of pilot/pkg/config/kube/gateway, Istio 1.31. What it generates is merged
with Gateways and VirtualServices as if somebody had written it: ``gateways`` and ``routes`` hold
both.
"""

from collections.abc import Iterator
from functools import partial

from meshctl.istio.annotation_names import BUNDLE_VERSION
from meshctl.istio.api_versions import too_old
from meshctl.mesh.core.gateway_classes import Controller, GatewayClasses
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateway_api import http_rules, l4_rules
from meshctl.mesh.gateway_api.allowed_sets import allowed_sets
from meshctl.mesh.gateway_api.backends import Backends
from meshctl.mesh.gateway_api.given import Given
from meshctl.mesh.gateway_api.http_rules import ConvertedRules, HttpRule
from meshctl.mesh.gateway_api.listener_conflicts import conflicts
from meshctl.mesh.gateway_api.listeners import GatewayListener, ListenerReader
from meshctl.mesh.gateway_api.parents import Attachment, Denial, Parents
from meshctl.mesh.gateway_api.status.addresses import Addresses, gateway_services
from meshctl.mesh.gateway_api.status.conditions import Conditions, Fault
from meshctl.mesh.gateway_api.status.gateway_status import GatewayStatuses, ReadGateway
from meshctl.mesh.gateway_api.status.route_status import ParentStatus, parent_statuses
from meshctl.mesh.gateway_api.virtual_services import ReadRoute, VirtualServiceMaker
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.gateways.gateway_workloads import GatewayWorkloads
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.traffic.routes import Routes
from meshctl.resources import (
    CustomResourceDefinition,
    Gateway,
    GatewayClass,
    GeneratedGateway,
    GeneratedVirtualService,
    KubernetesGateway,
    KubernetesListener,
    KubernetesRoute,
    ListenerSet,
    ObjectReference,
    ServiceEntry,
    VirtualService,
)
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import Path

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
        self._faults: dict[KubernetesRoute, tuple[Fault, ...]] = {}
        self._read_rules: dict[tuple[KubernetesRoute, bool], ConvertedRules] = {}
        self._by_parent = IdentityCache(self._file_by_parent)

    def reads(self, kind: str) -> bool:
        """Does istiod read routes of a kind: has it any, and is the CRD new enough?"""
        return kind in _KINDS and kind not in self.old_definitions

    @cached_property
    def old_definitions(self) -> dict[str, CustomResourceDefinition]:
        """The CRDs of the input that are too old for istiod to read their objects, by kind."""
        return {
            custom_resource_definition.defined_kind: custom_resource_definition
            for custom_resource_definition in self._inventory.of(CustomResourceDefinition)
            if too_old(
                custom_resource_definition.name,
                custom_resource_definition.annotations.get(BUNDLE_VERSION, ""),
            )
        }

    def gateway(self, gateway: KubernetesGateway) -> ReadGateway | None:
        """Read a Gateway; ``None`` if istiod doesn't serve its class."""
        return self._gateways.get(gateway)

    def gateway_conditions(self, gateway: KubernetesGateway) -> Conditions:
        """The conditions that istiod writes for a Gateway; none for a class of others."""
        read = self.gateway(gateway)
        return self._statuses.conditions(read) if read is not None else {}

    def set_conditions(self, listener_set: ListenerSet) -> Conditions:
        """The conditions that istiod writes for a ListenerSet; none if it is nobody's."""
        return self._statuses.set_conditions(
            listener_set, self._by_name.get(listener_set.gateway_name)
        )

    def attachments(self, route: KubernetesRoute) -> tuple[Attachment, ...]:
        """The listeners that a route asks for, with why some don't take it."""
        return self._attachments.get(route, ())

    def services_of(self, route: KubernetesRoute) -> Iterator[tuple[ObjectReference, str]]:
        """Walk the Services that a route attaches to for their clients, with their hosts."""
        for attachment in self.attachments(route):
            reference = attachment.reference
            is_taken = attachment.is_mesh and attachment.denial is None
            if is_taken and reference.kind == "Service":
                yield reference, self._given.registry.fqdn(reference.name, reference.namespace)

    def _file_by_parent(self, route: KubernetesRoute) -> dict[Path, list[Attachment]]:
        found: dict[Path, list[Attachment]] = {}
        for attachment in self.attachments(route):
            found.setdefault(attachment.reference.path, []).append(attachment)
        return found

    def rules(self, route: KubernetesRoute, *, in_mesh: bool) -> ConvertedRules:
        """The rules of a route as those of a VirtualService, at Gateways or for the mesh."""
        key = route, in_mesh
        if key not in self._read_rules:
            is_http = route.kind in {"HTTPRoute", "GRPCRoute"}
            convert = http_rules.convert if is_http else l4_rules.convert
            read = partial(self._backends.read, enforce_grants=not in_mesh)
            self._read_rules[key] = convert(route, read)
        return self._read_rules[key]

    def parents(self, route: KubernetesRoute) -> tuple[ParentStatus, ...]:
        """What the status of a route says about each parent that is istiod's."""
        several = self.attachments(route)
        nothing = ConvertedRules(())
        at_gateways, in_mesh = nothing, nothing
        if any(not attachment.is_mesh for attachment in several):
            at_gateways = self.rules(route, in_mesh=False)
        if any(attachment.is_mesh for attachment in several):
            in_mesh = self.rules(route, in_mesh=True)
        return parent_statuses(several, at_gateways, in_mesh)

    def faults(self, route: KubernetesRoute) -> tuple[Fault, ...]:
        """Everything that is wrong with the backends and filters of a route.

        Of a route whose Gateway the input doesn't have, too, unless it is another controller's.
        """
        known = self._faults.get(route)
        if known is None:
            known = self._faults[route] = tuple(dict.fromkeys(self._find_faults(route)))
        return known

    def _find_faults(self, route: KubernetesRoute) -> list[Fault]:
        found: list[Fault] = []
        if any(parent.mesh_kind for parent in route.parents):
            found += self.rules(route, in_mesh=True).faults
        if not route.parents or any(map(self._may_be_ours, route.parents)):
            found += self.rules(route, in_mesh=False).faults
        return found

    def is_read_by_istio(self, route: KubernetesRoute) -> bool | None:
        """Is a parent of a route istiod's? ``None`` where the input hasn't got the Gateway.

        Other controllers read routes of further kinds, with filters and backends of their own.
        """
        answers = [self._is_ours(parent) for parent in route.parents]
        if True in answers or not answers or self.attachments(route):
            return True
        return None if None in answers else False

    def _is_ours(self, parent: ObjectReference) -> bool | None:
        if parent.kind != "Gateway":
            return bool(parent.mesh_kind) or (None if parent.kind == "ListenerSet" else False)
        gateway = self._given.reference_grants.gateway(parent)
        if gateway is None:
            return True if self._inventory.is_whole else None
        return self.gateway(gateway) is not None

    def declared(self, backend: ObjectReference) -> list[RegisteredHost]:
        """What declares the host that a backend stands for; empty if it is refused or unknown."""
        read = self._backends.read(backend, enforce_grants=False)
        return self._given.registry.at(str(read.destination.get("host", "")))

    def naming(self, gateway: KubernetesGateway) -> list[KubernetesRoute]:
        """The routes that name a Gateway as their parent, the oldest first."""
        return self._naming.get(gateway.key_name, [])

    @cached_property
    def _naming(self) -> dict[str, list[KubernetesRoute]]:
        found: dict[str, dict[KubernetesRoute, None]] = {}
        for route in sorted(self._inventory.of(KubernetesRoute), key=age):
            for parent in route.parents:
                if parent.kind == "Gateway":
                    name = f"{parent.namespace}/{parent.name}"
                    found.setdefault(name, {})[route] = None
        return {name: list(routes) for name, routes in found.items()}

    def may_have(self, parent: ObjectReference, gateway: KubernetesGateway) -> bool:
        """Has a Gateway a listener with the name and the port that a reference asks for?"""
        return not gateway.listeners or any(
            parent.section in {"", listener.name} and parent.port in {None, 0, listener.port}
            for listener in gateway.listeners
        )

    def conflicting(
        self, parent: ObjectReference, gateway: KubernetesGateway
    ) -> GatewayListener | None:
        """Find a listener in conflict that a reference means, where it means no other one."""
        read = self.gateway(gateway)
        found = [
            listener
            for listener in (read.listeners if read is not None else ())
            if parent.section in {"", listener.listener.name}
            and parent.port in {None, 0, listener.port}
        ]
        lost = all(listener.conflict is not None for listener in found)
        return found[0] if found and lost else None

    def refused_namespace(
        self, route: KubernetesRoute, parent: ObjectReference
    ) -> KubernetesListener | None:
        """Find the listener that would take a route, were it of another namespace.

        ``None`` where some listener of the parent takes it, or refuses it for another reason.
        """
        refused = self._refusals(route, parent)
        return next((one for one, denial in refused if denial.is_about_namespace), None)

    def refused_names(
        self, route: KubernetesRoute, parent: ObjectReference
    ) -> KubernetesListener | None:
        """Find the listener that would take a route, had that a host name of its own.

        ``None`` where some listener of the parent takes it, or refuses it for another reason alone.
        """
        refused = self._refusals(route, parent)
        return next((one for one, denial in refused if denial.is_about_hosts), None)

    def _refusals(
        self, route: KubernetesRoute, parent: ObjectReference
    ) -> list[tuple[KubernetesListener, Denial]]:
        """List the listeners of a parent with why they don't take a route; none if one takes it."""
        several = self._by_parent.of(route).get(parent.path, ())
        if any(attachment.denial is None for attachment in several):
            return []
        return [
            (attachment.listener.listener, attachment.denial)
            for attachment in several
            if attachment.listener is not None and attachment.denial is not None
        ]

    def _may_be_ours(self, parent: ObjectReference) -> bool:
        if parent.kind not in {"Gateway", "ListenerSet"}:
            return False
        gateway = self._given.reference_grants.gateway(parent) if parent.kind == "Gateway" else None
        return gateway is None or self.gateway(gateway) is not None

    @cached_property
    def addresses(self) -> Addresses:
        """The Services of Gateways."""
        return Addresses(self._given)

    def attached(self, listener: GatewayListener) -> list[KubernetesRoute]:
        """The routes that count as attached to a listener, the oldest first."""
        return self._attached.get(listener, [])

    @cached_property
    def gateways(self) -> Gateways:
        """What each gateway workload serves, of Gateways of both APIs."""
        if not self.generated_gateways:
            return self._istio_gateways
        inventory, registry = self._inventory, self._given.registry
        workloads = GatewayWorkloads(self._given.workloads, registry.services, inventory.knows)
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
            listener.generated(read.services.hosts)
            for read in self._gateways.values()
            for listener in (*read.listeners, *read.of_sets)
            if listener.is_valid and listener.takes_routes
        )

    @cached_property
    def virtual_services(self) -> tuple[GeneratedVirtualService, ...]:
        """The VirtualServices made of routes."""
        return tuple(self._maker.make(self._read_routes()))

    def hosts_of_parent(self, attachment: Attachment) -> tuple[str, ...]:
        """Name the hosts of the Service or ServiceEntry that a route attaches to."""
        return self._maker.hosts_of_parent(attachment)

    @cached_property
    def _maker(self) -> VirtualServiceMaker:
        entries = self._inventory.of(ServiceEntry)
        return VirtualServiceMaker(entries, self._inventory.config.domain)

    def _read_routes(self) -> Iterator[ReadRoute]:
        for route, several in self._attachments.items():
            at_gateways: tuple[HttpRule, ...] = ()
            in_mesh: tuple[HttpRule, ...] = ()
            if any(not attachment.is_mesh for attachment in several):
                at_gateways = self.rules(route, in_mesh=False).rules
            if any(attachment.is_mesh for attachment in several):
                in_mesh = self.rules(route, in_mesh=True).rules
            yield ReadRoute(route, several, at_gateways, in_mesh)

    @cached_property
    def _attachments(self) -> dict[KubernetesRoute, tuple[Attachment, ...]]:
        parents = Parents(self._given, self.classes, self.listeners_of)
        routes = (route for route in self._inventory.of(KubernetesRoute) if self.reads(route.kind))
        return {route: parents.of(route) for route in sorted(routes, key=age)}

    @cached_property
    def _attached(self) -> dict[GatewayListener, list[KubernetesRoute]]:
        found: dict[GatewayListener, dict[KubernetesRoute, None]] = {}
        for route, several in self._attachments.items():
            for attachment in several:
                if attachment.listener is not None and attachment.denial is None:
                    found.setdefault(attachment.listener, {})[route] = None
        return {listener: list(routes) for listener, routes in found.items()}

    def listeners_of(self, kind: str, name: str) -> tuple[GatewayListener, ...]:
        """The listeners, that routes may attach to, of the Gateway or ListenerSet of a name."""
        return self._by_owner.get((kind, name), ())

    @cached_property
    def _by_owner(self) -> dict[tuple[str, str], tuple[GatewayListener, ...]]:
        found: dict[tuple[str, str], list[GatewayListener]] = {}
        for read in self._gateways.values():
            several = [listener for listener in read.listeners if listener.takes_routes]
            several += [
                listener for listener in read.of_sets if listener.takes_routes and listener.is_valid
            ]
            for listener in several:
                found.setdefault((listener.owner.kind, listener.owner.key_name), []).append(
                    listener
                )
        return {key: tuple(listeners) for key, listeners in found.items()}

    @cached_property
    def _by_name(self) -> dict[str, ReadGateway]:
        return {gateway.key_name: read for gateway, read in self._gateways.items()}

    @cached_property
    def _statuses(self) -> GatewayStatuses:
        return GatewayStatuses(self._given)

    @cached_property
    def _gateways(self) -> dict[KubernetesGateway, ReadGateway]:
        sets: dict[str, list[ListenerSet]] = {}
        for listener_set in sorted(self._inventory.of(ListenerSet), key=_set_order):
            sets.setdefault(listener_set.gateway_name, []).append(listener_set)
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
                reader.read(listener, gateway, controller, lost.get(listener))
                for listener in gateway.listeners
            ),
            of_sets=tuple(
                reader.read(listener, gateway, controller, lost.get(listener))
                for each in allowed
                for listener in each.listeners
            ),
        )


def _set_order(listener_set: ListenerSet) -> tuple[object, str]:
    return age(listener_set)[0], listener_set.key_name
