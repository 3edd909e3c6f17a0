"""What gateway workloads serve: one facade over this package."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from typing import TYPE_CHECKING

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.gateways.gateway_workloads import GatewayWorkload, GatewayWorkloads
from meshctl.mesh.registry.facade import RegistryFacade
from meshctl.mesh.traffic.facade import TrafficFacade
from meshctl.mesh.workloads.facade import WorkloadsFacade
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import Gateway, KubernetesGateway, VirtualService
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.gateways.acme_challenges import AcmeChallenges
    from meshctl.mesh.gateways.bindings import Bindings
    from meshctl.mesh.gateways.hidden_wildcards import HiddenWildcards
    from meshctl.mesh.gateways.ingress_routes import IngressRoutes
    from meshctl.mesh.gateways.ingresses import Ingresses
    from meshctl.mesh.gateways.route_overlaps import RouteOverlaps
    from meshctl.mesh.gateways.server_conflicts import ServerConflicts


class GatewaysFacade(Gateways):
    """The effective gateways, with who binds to them and where they conflict."""

    def __init__(
        self,
        inventory: Inventory,
        registry: RegistryFacade,
        workloads: WorkloadsFacade,
        traffic: TrafficFacade,
    ) -> None:
        super().__init__(
            inventory.of(Gateway),
            GatewayWorkloads(
                workloads,
                [
                    service
                    for service in registry.services
                    if not inventory.knowledge.is_remote(service)
                ],
                inventory.knows,
            ),
            traffic.routes,
            registry,
        )
        self._from_inventory = inventory
        self._from_registry = registry
        self._from_workloads = workloads
        self._from_traffic = traffic

    def may_have_pods(self, gateway: GatewayWorkload) -> bool:
        """May a gateway that Services alone stand for have pods that the input doesn't show?

        Not in a whole mesh, if other pods of gateways run there and the Services pick none of all pods.
        """
        if not gateway.services or not self._from_inventory.is_whole:
            return bool(gateway.services)
        pods = self._from_workloads
        for service in gateway.services:
            beside = any(map(is_gateway, pods.find({}, service.namespace)))
            if not beside or pods.endpoints_of(service.selector, service.namespace):
                return True
        return False

    @cached_property
    def acme_challenges(self) -> "AcmeChallenges":
        """Certificates that can't be issued over HTTP."""
        from meshctl.mesh.gateways.acme_challenges import AcmeChallenges

        return AcmeChallenges(self._from_inventory)

    @cached_property
    def ingresses(self) -> "Ingresses":
        """The Ingresses that Istio serves, and where their gateway is."""
        from meshctl.mesh.gateways.ingresses import Ingresses

        return Ingresses(self._from_inventory, self._from_workloads)

    @cached_property
    def ingress_routes(self) -> "IngressRoutes":
        """What the Ingresses that Istio serves become."""
        from meshctl.mesh.gateways.ingress_routes import IngressRoutes

        served = filter(self.ingresses.has, self._from_inventory.resources)
        return IngressRoutes(served, self._from_registry, self._from_traffic.routes)

    @cached_property
    def server_conflicts(self) -> "ServerConflicts":
        """Where servers of a gateway get in each other's way."""
        from meshctl.mesh.gateways.server_conflicts import ServerConflicts

        return ServerConflicts(self, self._from_traffic.routes)

    @cached_property
    def bindings(self) -> "Bindings":
        """The Gateways that VirtualServices name."""
        from meshctl.mesh.gateways.bindings import Bindings

        return Bindings(
            self._from_inventory.of(Gateway),
            self._from_inventory.of(KubernetesGateway),
            self._from_registry,
        )

    @cached_property
    def hidden_wildcards(self) -> "HiddenWildcards":
        """Routes for wildcard hosts that closer hosts cut off."""
        from meshctl.mesh.gateways.hidden_wildcards import HiddenWildcards

        routes, matches = self._from_traffic.routes, self._from_traffic.route_matches
        return HiddenWildcards(self.firsts, routes, matches)

    @cached_property
    def route_overlaps(self) -> "RouteOverlaps":
        """VirtualServices that take each other's requests at a gateway."""
        from meshctl.mesh.gateways.route_overlaps import RouteOverlaps
        from meshctl.mesh.gateways.shared_virtual_hosts import SharedVirtualHosts

        services = self._from_inventory.of(VirtualService)
        return RouteOverlaps(
            SharedVirtualHosts(
                services, self._from_traffic.route_matches, self._from_traffic.routes, self
            )
        )
