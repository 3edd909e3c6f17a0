"""What istiod makes of the Gateway API: one facade over this package."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from collections.abc import Sequence
from typing import TYPE_CHECKING

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.namespaces import Namespaces
from meshctl.mesh.gateway_api.gateway_api import GatewayApi
from meshctl.mesh.gateway_api.given import Given
from meshctl.mesh.gateway_api.reference_grants import ReferenceGrants
from meshctl.mesh.gateways.facade import GatewaysFacade
from meshctl.mesh.registry.facade import RegistryFacade
from meshctl.mesh.traffic.facade import TrafficFacade
from meshctl.mesh.workloads.facade import WorkloadsFacade
from meshctl.resources import (
    GeneratedVirtualService,
    KubernetesGateway,
    KubernetesListener,
    KubernetesRoute,
    ObjectReference,
    Resource,
)
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.gateway_api.competing_routes import GatewayApiRoutes
    from meshctl.mesh.gateway_api.connections import Connections
    from meshctl.mesh.gateway_api.shared_listeners import GatewayApiListeners
    from meshctl.mesh.gateway_api.unserved import Unserved


class GatewayApiFacade(GatewayApi):
    """Listeners, routes and their status, with what they refer to and where they compete."""

    def __init__(
        self, inventory: Inventory, registry: RegistryFacade, workloads: WorkloadsFacade,
        namespaces: Namespaces, traffic: TrafficFacade, gateways: GatewaysFacade,
        reference_grants: ReferenceGrants,
    ) -> None:  # fmt: skip
        self._reference_grants = reference_grants
        given = Given(inventory, registry, workloads, namespaces, self._reference_grants)
        super().__init__(given, traffic.routes, gateways)

    @cached_property
    def competing_routes(self) -> "GatewayApiRoutes":
        """Routes of the Gateway API by what they attach to and ask for."""
        from meshctl.mesh.gateway_api.competing_routes import GatewayApiRoutes

        return GatewayApiRoutes(self._inventory.of(KubernetesRoute), self._reference_grants)

    @cached_property
    def shared_listeners(self) -> "GatewayApiListeners":
        """Gateways of the Gateway API that share an address."""
        from meshctl.mesh.gateway_api.shared_listeners import GatewayApiListeners

        return GatewayApiListeners(self._inventory.of(KubernetesGateway))

    @cached_property
    def unserved(self) -> "Unserved":
        """What istiod accepts and doesn't serve."""
        from meshctl.mesh.gateway_api.unserved import Unserved

        return Unserved(self._given.registry, self)

    @cached_property
    def connections(self) -> "Connections":
        """What TLSRoutes and TCPRoutes never get."""
        from meshctl.mesh.gateway_api.connections import Connections

        return Connections(self._given.registry, self)

    def made_of(self, route: KubernetesRoute) -> Sequence[GeneratedVirtualService]:
        """The VirtualServices that istiod makes of a route, maybe together with others."""
        return self._made_by_route.get(route, ())

    @cached_property
    def _made_by_route(self) -> dict[Resource, list[GeneratedVirtualService]]:
        found: dict[Resource, list[GeneratedVirtualService]] = {}
        for made in self.virtual_services:
            for route in made.sources:
                found.setdefault(route, []).append(made)
        return found

    def unfit_listener(
        self, route: KubernetesRoute, parent: ObjectReference
    ) -> KubernetesListener | None:
        """Find the listener of a parent that has none of a route's host names, where another parent has some."""
        is_told = len(self.competing_routes.unserved(route)) == len(route.hostnames)
        return None if is_told else self.refused_names(route, parent)
