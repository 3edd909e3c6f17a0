"""The mesh: what istiod makes of a set of resources, one facade for each package."""

# The packages are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.knowledge import NOTHING_LACKS, Knowledge
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import (
    AuthorizationPolicy,
    KubernetesGateway,
    KubernetesRoute,
    ReferenceGrant,
    RequestAuthentication,
    Resource,
)
from meshctl.resources.cached_property import cached_property
from meshctl.settings import InjectionByHand, Ownership
from meshctl.validation.faults import ACCEPTED, Verdict

if TYPE_CHECKING:
    from meshctl.mesh.ambient.ambient import Ambient
    from meshctl.mesh.authorization.decision import Decisions
    from meshctl.mesh.clauses.facade import ClausesFacade
    from meshctl.mesh.core.discovery import Discovery
    from meshctl.mesh.core.extension_providers import ExtensionProviders
    from meshctl.mesh.core.namespaces import Namespaces
    from meshctl.mesh.gateway_api.facade import GatewayApiFacade
    from meshctl.mesh.gateway_api.reference_grants import ReferenceGrants
    from meshctl.mesh.gateways.facade import GatewaysFacade
    from meshctl.mesh.gateways.gateway_index import Gateways
    from meshctl.mesh.injection.facade import InjectionFacade
    from meshctl.mesh.ownership import Owners
    from meshctl.mesh.reachability.facade import ReachabilityFacade
    from meshctl.mesh.registry.facade import RegistryFacade
    from meshctl.mesh.request_path.request_paths import RequestPaths
    from meshctl.mesh.security.facade import SecurityFacade
    from meshctl.mesh.sidecar_scope.facade import SidecarScopeFacade
    from meshctl.mesh.traffic.facade import TrafficFacade
    from meshctl.mesh.traffic.routes import Routes
    from meshctl.mesh.traffic.sidecar_routes import SidecarRoutes
    from meshctl.mesh.workloads.facade import WorkloadsFacade


class Mesh(Inventory):
    """All resources with all that follows from them; immutable.

    ``judge`` says what is wrong with one object by itself; without it nothing is.
    """

    def __init__(
        self, resources: Sequence[Resource], config: MeshConfig | None = None, *,
        is_whole: bool = False, judge: Callable[[Resource], Verdict] = lambda _: ACCEPTED,
        ownership: Ownership | None = None, unread: frozenset[str] = frozenset(),
        injection: InjectionByHand | None = None, knowledge: Knowledge = NOTHING_LACKS,
    ) -> None:  # fmt: skip
        super().__init__(
            resources, config, is_whole=is_whole, unread=unread, injection=injection,
            knowledge=knowledge,
        )  # fmt: skip
        self._judge = judge
        self._teams = ownership or Ownership()
        self._verdicts: dict[Resource, Verdict] = {}

    def warm_up(self) -> None:
        """Make what rules of all families ask for, so that forked processes inherit it."""
        from meshctl.resources import VirtualService

        _ = self.registry, self.workloads, self.reachability.clusters
        _ = self.traffic.destination_rules
        for service in self.of(VirtualService):
            _ = service.conditions
            for route in service.http:
                _ = route.destinations, route.mirrors

    def verdict(self, resource: Resource) -> Verdict:
        """What the API server would say to one object; each is judged once."""
        verdict = self._verdicts.get(resource)
        if verdict is None:
            verdict = self._verdicts[resource] = self._judge(resource)
        return verdict

    @cached_property
    def namespaces(self) -> "Namespaces":
        """The namespaces the input speaks of."""
        from meshctl.mesh.core.namespaces import Namespaces

        return Namespaces(self.resources, self.config, is_whole=self.is_whole)

    @cached_property
    def discovery(self) -> "Discovery":
        """The namespaces that istiod watches."""
        from meshctl.mesh.core.discovery import Discovery

        return Discovery(self)

    @cached_property
    def extension_providers(self) -> "ExtensionProviders":
        """Providers of logs, traces and metrics."""
        from meshctl.mesh.core.extension_providers import ExtensionProviders

        return ExtensionProviders(self.config)

    @cached_property
    def registry(self) -> "RegistryFacade":
        """Hosts and ports, identities, secrets."""
        from meshctl.mesh.registry.facade import RegistryFacade

        return RegistryFacade(self)

    @cached_property
    def injection(self) -> "InjectionFacade":
        """Who injects pods, and how."""
        from meshctl.mesh.injection.facade import InjectionFacade

        return InjectionFacade(self)

    @cached_property
    def workloads(self) -> "WorkloadsFacade":
        """Pods behind selectors, their ports and proxies."""
        from meshctl.mesh.workloads.facade import WorkloadsFacade

        return WorkloadsFacade(self, self.registry, self.injection.heed)

    @cached_property
    def traffic(self) -> "TrafficFacade":
        """What VirtualServices and DestinationRules become."""
        from meshctl.mesh.traffic.facade import TrafficFacade

        return TrafficFacade(self, self.registry)

    @cached_property
    def sidecar_scope(self) -> "SidecarScopeFacade":
        """The hosts that proxies know."""
        from meshctl.mesh.sidecar_scope.facade import SidecarScopeFacade

        return SidecarScopeFacade(self, self.registry, self.workloads, self.traffic)

    @cached_property
    def gateways(self) -> "GatewaysFacade":
        """What gateway workloads serve."""
        from meshctl.mesh.gateways.facade import GatewaysFacade

        return GatewaysFacade(self, self.registry, self.workloads, self.traffic)

    @cached_property
    def gateway_api(self) -> "GatewayApiFacade":
        """What istiod makes of the Gateway API."""
        from meshctl.mesh.gateway_api.facade import GatewayApiFacade

        return GatewayApiFacade(
            self, self.registry, self.workloads, self.namespaces, self.traffic, self.gateways,
            self.reference_grants,
        )  # fmt: skip

    @cached_property
    def reference_grants(self) -> "ReferenceGrants":
        """What may refer to objects of other namespaces."""
        from meshctl.mesh.gateway_api.reference_grants import ReferenceGrants

        return ReferenceGrants(self.of(KubernetesGateway), self.of(ReferenceGrant), self.workloads)

    @cached_property
    def sidecar_routes(self) -> "SidecarRoutes":
        """The route tables of sidecars, one for each client and port, HTTPRoutes in them."""
        from meshctl.mesh.traffic.sidecar_routes import SidecarRoutes

        return SidecarRoutes(self.merged_routes, self.registry)

    @property
    def merged_routes(self) -> "Routes":
        """What VirtualServices become, with those that istiod makes of HTTPRoutes and their like."""
        if not self.of(KubernetesRoute):
            return self.traffic.routes
        return self.gateway_api.routes

    @property
    def merged_gateways(self) -> "Gateways":
        """What each gateway workload serves, of the Gateways of Istio and of the Gateway API."""
        if not self.of(KubernetesGateway):
            return self.gateways
        return self.gateway_api.gateways

    @cached_property
    def reachability(self) -> "ReachabilityFacade":
        """What routes lead to."""
        from meshctl.mesh.reachability.facade import ReachabilityFacade

        return ReachabilityFacade(
            self, self.registry, self.workloads, self.traffic, self.gateways,
            self.reference_grants, lambda: (self.merged_routes, self.merged_gateways),
        )  # fmt: skip

    @cached_property
    def security(self) -> "SecurityFacade":
        """TLS, tokens and authorization."""
        from meshctl.mesh.security.facade import SecurityFacade

        return SecurityFacade(
            self, self.registry, self.workloads, self.traffic, self.gateways, self.injection,
            self.reachability.ingress_paths, self.reference_grants,
            lambda: self.ambient,
        )  # fmt: skip

    @cached_property
    def ambient(self) -> "Ambient":
        """Ambient mode and waypoints."""
        from meshctl.mesh.ambient.ambient import Ambient

        return Ambient(
            self, self.registry, self.workloads, self.security.peer_authentications,
            self.extension_providers,
        )  # fmt: skip

    @cached_property
    def clauses(self) -> "ClausesFacade":
        """What clauses do, and which do nothing."""
        from meshctl.mesh.clauses.facade import ClausesFacade

        return ClausesFacade(self)

    @cached_property
    def decisions(self) -> "Decisions":
        """Who is let in where, by AuthorizationPolicies and tokens."""
        from meshctl.mesh.authorization.custom_providers import custom_providers
        from meshctl.mesh.authorization.decision import Decisions

        return Decisions(
            self.of(AuthorizationPolicy), self.of(RequestAuthentication), self.config,
            lambda: custom_providers(self.config, self.registry),
        )  # fmt: skip

    @cached_property
    def ownership(self) -> "Owners":
        """Teams, and what their objects touch."""
        from meshctl.mesh.ownership import Owners

        return Owners(self._teams, self.config, self.registry, self.traffic.routes, self.gateways)

    @cached_property
    def request_paths(self) -> "RequestPaths":
        """The ways of requests."""
        from meshctl.mesh.request_path.request_paths import RequestPaths

        return RequestPaths(self)
