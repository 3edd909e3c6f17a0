"""Ambient mode: its members, the waypoints that carry traffic, and what may come through."""

# The modules are imported where they are asked, since most inputs have no ambient mode.
# ruff: noqa: PLC0415

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from meshctl.istio.labels import GATEWAY_NAME
from meshctl.mesh.ambient.waypoint_use import WaypointUse, own_waypoint
from meshctl.mesh.authorization.custom_providers import (
    Provider,
    custom_providers,
    why_broken,
)
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.registry.facade import RegistryFacade
from meshctl.mesh.workloads.facade import WorkloadsFacade
from meshctl.mesh.workloads.membership import Membership, is_live
from meshctl.resources import (
    AuthorizationPolicy,
    GatewayClass,
    KubernetesGateway,
    Namespace,
    PeerAuthentication,
    RequestAuthentication,
    Resource,
    Service,
    ServiceEntry,
    Workload,
)
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.ambient.endpoints import EndpointPaths
    from meshctl.mesh.ambient.waypoint_chains import Chain, WaypointPolicies
    from meshctl.mesh.ambient.waypoints import Binding, Waypoint, Waypoints
    from meshctl.mesh.ambient.workload_api import WorkloadApi, ZtunnelService
    from meshctl.mesh.ambient.ztunnel_policies import ZtunnelPolicies
    from meshctl.mesh.core.extension_providers import ExtensionProviders
    from meshctl.mesh.security.peer_authentication import EffectiveMode, PeerAuthentications


class Ambient:
    """Ambient mode and waypoints by namespace and object."""

    def __init__(
        self, inventory: Inventory, registry: RegistryFacade, workloads: WorkloadsFacade,
        peers: "PeerAuthentications", providers: "ExtensionProviders",
    ) -> None:  # fmt: skip
        self._inventory = inventory
        self._registry = registry
        self._workloads = workloads
        self._peers = peers
        self._providers = providers
        self._root = inventory.config.root_namespace

    def service(self, name: str, namespace: str) -> Service | None:
        """The Service that a policy's target names."""
        return self._services.get(f"{namespace}/{name}")

    @cached_property
    def _services(self) -> dict[str, Service]:
        return {service.key_name: service for service in self._inventory.of(Service)}

    def target(self, kind: str, name: str, namespace: str) -> Service | ServiceEntry | None:
        """The Service or ServiceEntry that a policy's target names."""
        if kind == "Service":
            return self.service(name, namespace)
        return self._entries.get(f"{namespace}/{name}") if kind == "ServiceEntry" else None

    @cached_property
    def _entries(self) -> dict[str, ServiceEntry]:
        return {entry.key_name: entry for entry in self._inventory.of(ServiceEntry)}

    def is_on(self, namespace: str) -> bool:
        """Does the input say that the pods of a namespace are in ambient mode?"""
        return self._workloads.is_in_ambient_mode(namespace)

    def waypoint_use(self, resource: Resource) -> WaypointUse | None:
        """The waypoint that a Service, workload or Namespace asks for, ``None`` for none."""
        found = own_waypoint(resource)
        if found is not None or isinstance(resource, Namespace):
            return None if found is None or found.opts_out or not found.name else found
        namespace = self._workloads.namespace(resource.namespace)
        return self.waypoint_use(namespace) if namespace is not None else None

    def knows_waypoint_of(self, resource: Resource) -> bool:
        """Can the input tell which waypoint an object uses, that is, has it the Namespace?"""
        return (
            own_waypoint(resource) is not None
            or self._workloads.namespace(resource.namespace) is not None
        )

    def waypoint(self, use: WaypointUse) -> KubernetesGateway | None:
        """The Gateway that a label names, if the input has it."""
        found = self.waypoints.find(use.key_name)
        return found.gateway if found is not None else None

    def lacks_waypoint(self, use: WaypointUse) -> bool:
        """Is the Gateway that a label names surely missing?"""
        return self.waypoint(use) is None and bool(
            self._inventory.knows.all_of("Gateway", use.namespace)
        )

    def waypoints_before(self, workload: Workload) -> Sequence[WaypointUse]:
        """The waypoints of the Services in front of a workload, which bring its requests."""
        uses = map(self.waypoint_use, self._workloads.container_ports.services(workload))
        return list({use.key_name: use for use in uses if use is not None}.values())

    def comes_by_waypoint(self, source: Resource, workload: Workload) -> bool:
        """Do calls of a Service reach a workload behind it from its waypoint?"""
        in_ambient = self._workloads.membership(workload) is Membership.AMBIENT
        return in_ambient and self.waypoint_use(source) is not None

    @cached_property
    def waypoints(self) -> "Waypoints":
        """All waypoints, and whom they serve."""
        from meshctl.mesh.ambient.waypoints import Waypoints

        inventory = self._inventory
        namespaces = {namespace.name: namespace for namespace in inventory.of(Namespace)}
        return Waypoints(inventory.of(KubernetesGateway), inventory.of(GatewayClass), namespaces)

    def may_be_ready(self, binding: "Binding") -> bool:
        """Is it a Gateway's missing address alone that refuses, and can't the input tell it?

        Files have no status; where pods run, the input is of a cluster, and tells.
        """
        found = binding.waypoint
        return binding.bound is None and found is not None and not (
            found.shows_status or self._shows_status
        )  # fmt: skip

    @cached_property
    def _shows_status(self) -> bool:
        return any(map(is_live, self._workloads))

    @cached_property
    def policies(self) -> "ZtunnelPolicies":
        """Every policy that ztunnel gets."""
        from meshctl.mesh.ambient.ztunnel_policies import ZtunnelPolicies

        inventory = self._inventory
        return ZtunnelPolicies(
            inventory.of(AuthorizationPolicy), inventory.of(PeerAuthentication), self._root
        )

    def demand(self, workload: Workload, port: int) -> "EffectiveMode":
        """Say whether ztunnel takes plaintext on a port of a pod, and which object decides it."""
        found = self.policies.peers.demand(workload.namespace, workload.pod_labels, port)
        own = found.ref is not None and found.ref.resource.namespace == workload.namespace
        hides = self._inventory.knowledge.hides
        if not own and any(
            hides(one, "PeerAuthentication") for one in (workload.namespace, self._root)
        ):
            from meshctl.mesh.security.peer_authentication import Mode

            return replace(found, mode=Mode.UNKNOWN, ref=None)
        return found

    @cached_property
    def api(self) -> "WorkloadApi":
        """The workloads and services that ztunnel gets."""
        from meshctl.mesh.ambient.workload_api import WorkloadApi

        namespaces = {namespace.name: namespace for namespace in self._inventory.of(Namespace)}
        return WorkloadApi(self._registry, namespaces, self.waypoints, self.policies)

    @cached_property
    def endpoints(self) -> "EndpointPaths":
        """How sidecars and gateways reach the endpoints of a Service."""
        from meshctl.mesh.ambient.endpoints import EndpointPaths

        return EndpointPaths(self._workloads, self._peers, self.instances)

    def instances(self, waypoint: "Waypoint") -> Sequence[Workload]:
        """The workloads whose pods a waypoint is."""
        gateway = waypoint.gateway
        return self._workloads.find({GATEWAY_NAME: gateway.name}, gateway.namespace)

    def bound_to(self, waypoint: "Waypoint") -> "list[ZtunnelService]":
        """The services that a waypoint serves, by key."""
        return self._bound.get(waypoint, [])

    @cached_property
    def _bound(self) -> "dict[Waypoint, list[ZtunnelService]]":
        found: dict[Waypoint, list[ZtunnelService]] = {}
        for service in sorted(
            self.api.services.values(), key=lambda ztunnel_service: ztunnel_service.key_name
        ):
            if service.binding.bound is not None:
                found.setdefault(service.binding.bound, []).append(service)
        return found

    def chains(self, waypoint: "Waypoint") -> "Iterator[Chain]":
        """Walk the filter chains of a waypoint, with the policies that it enforces on each."""
        return self.waypoint_policies.chains(waypoint, self.bound_to(waypoint))

    @cached_property
    def waypoint_policies(self) -> "WaypointPolicies":
        """The policies with targetRefs, which waypoints obey."""
        from meshctl.mesh.ambient.waypoint_chains import WaypointPolicies

        inventory = self._inventory
        return WaypointPolicies(
            inventory.of(AuthorizationPolicy), inventory.of(RequestAuthentication), self._root,
            self._authorizer,
        )  # fmt: skip

    def _authorizer(self, name: str) -> Provider:
        """Say what an external authorizer can be asked; in a part of a mesh its Service may lack."""
        if self._inventory.is_whole:
            return self._custom_providers.get(name, Provider.BROKEN)
        if why_broken(name, self._providers) is not None:
            return Provider.BROKEN
        is_grpc = "envoyExtAuthzGrpc" in self._providers.types(name)
        return Provider.GRPC if is_grpc else Provider.HTTP

    @cached_property
    def _custom_providers(self) -> Mapping[str, Provider]:
        return custom_providers(self._inventory.config, self._registry)
