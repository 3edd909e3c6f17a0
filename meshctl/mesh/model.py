"""The mesh as istiod makes it of all resources; each answer is made once."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.indexes import Indexes
from meshctl.resources import (
    Resource,
)
from meshctl.resources.cached_property import cached_property
from meshctl.settings import InjectionByHand, Ownership
from meshctl.validation.faults import ACCEPTED, Verdict

if TYPE_CHECKING:
    from meshctl.mesh.gateway_api.gateway_api import GatewayApi
    from meshctl.mesh.gateways.egress_paths import EgressPaths
    from meshctl.mesh.gateways.gateway_api_routes import GatewayApiRoutes
    from meshctl.mesh.gateways.ingress_paths import IngressPaths
    from meshctl.mesh.gateways.route_overlaps import RouteOverlaps
    from meshctl.mesh.ownership import Owners
    from meshctl.mesh.request_path.request_paths import RequestPaths
    from meshctl.mesh.security.client_identity import ClientIdentities
    from meshctl.mesh.security.http_workloads import HttpWorkloads
    from meshctl.mesh.security.request_authentication import RequestAuthentications
    from meshctl.mesh.security.tls_conflicts import TlsConflicts
    from meshctl.mesh.security.tls_origination import TlsOrigination
    from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCalls
    from meshctl.mesh.sidecar_scope.proxy_memory import ProxySizes
    from meshctl.mesh.sidecar_scope.scope import SidecarScopes
    from meshctl.mesh.traffic.clusters import Clusters
    from meshctl.mesh.traffic.sidecar_routes import SidecarRoutes
    from meshctl.mesh.traffic.subsets import Subsets
    from meshctl.mesh.workloads.endpoints import SubsetEndpoints
    from meshctl.mesh.workloads.replicas import Replicas
    from meshctl.mesh.workloads.wide_ports import WidePorts


class Mesh(Indexes):
    """All resources with all that follows from them; immutable.

    ``judge`` says what is wrong with one object by itself; without it nothing is.
    """

    def __init__(  # noqa: PLR0913 - each says one thing about the input, and has a default
        self, resources: Sequence[Resource], config: MeshConfig | None = None, *,
        is_whole: bool = False, judge: Callable[[Resource], Verdict] = lambda _: ACCEPTED,
        ownership: Ownership | None = None, unread: frozenset[str] = frozenset(),
        injection: InjectionByHand | None = None,
    ) -> None:  # fmt: skip
        super().__init__(resources, config, is_whole=is_whole, unread=unread, injection=injection)
        self._judge = judge
        self._ownership = ownership or Ownership()
        self._verdicts: dict[Resource, Verdict] = {}

    def warm_up(self) -> None:
        """Make the indexes that most rules share, so that forked processes inherit them."""
        _ = self.registry, self.workloads, self.clusters

    def verdict(self, resource: Resource) -> Verdict:
        """What the API server would say to one object; each is judged once."""
        verdict = self._verdicts.get(resource)
        if verdict is None:
            verdict = self._verdicts[resource] = self._judge(resource)
        return verdict

    @cached_property
    def clusters(self) -> "Clusters":
        """What destinations lead to."""
        from meshctl.mesh.traffic.clusters import Clusters

        return Clusters(self)

    @cached_property
    def sidecar_routes(self) -> "SidecarRoutes":
        """The route tables of sidecars, one for each client and port, HTTPRoutes in them."""
        from meshctl.mesh.traffic.sidecar_routes import SidecarRoutes

        return SidecarRoutes(self.gateway_api.routes, self.registry)

    @cached_property
    def subsets(self) -> "Subsets":
        """Who finds the subset of a destination."""
        from meshctl.mesh.traffic.subsets import Subsets

        return Subsets(self)

    @cached_property
    def route_overlaps(self) -> "RouteOverlaps":
        """VirtualServices that take each other's requests at a gateway."""
        from meshctl.mesh.gateways.route_overlaps import RouteOverlaps
        from meshctl.mesh.gateways.shared_virtual_hosts import shared_hosts

        return RouteOverlaps(shared_hosts(self))

    @cached_property
    def subset_endpoints(self) -> "SubsetEndpoints":
        """Pods behind subsets."""
        from meshctl.mesh.workloads.endpoints import SubsetEndpoints

        return SubsetEndpoints(self)

    @cached_property
    def tls_conflicts(self) -> "TlsConflicts":
        """Clients and servers that TLS keeps apart."""
        from meshctl.mesh.security.tls_conflicts import TlsConflicts

        return TlsConflicts(self)

    @cached_property
    def tls_origination(self) -> "TlsOrigination":
        """TLS to servers that speak it themselves."""
        from meshctl.mesh.security.tls_origination import TlsOrigination

        return TlsOrigination(self)

    @cached_property
    def replicas(self) -> "Replicas":
        """Numbers of pods."""
        from meshctl.mesh.workloads.replicas import Replicas

        return Replicas(self)

    @cached_property
    def sidecar_scopes(self) -> "SidecarScopes":
        """The hosts that proxies know."""
        from meshctl.mesh.sidecar_scope.scope import SidecarScopes

        return SidecarScopes(self)

    @cached_property
    def declared_calls(self) -> "DeclaredCalls":
        """The hosts that workloads call, as their settings say."""
        from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCalls

        return DeclaredCalls(self)

    @cached_property
    def proxy_sizes(self) -> "ProxySizes":
        """What proxies keep in memory."""
        from meshctl.mesh.sidecar_scope.proxy_memory import ProxySizes

        return ProxySizes(self)

    @cached_property
    def egress_paths(self) -> "EgressPaths":
        """Gateways that sidecars route to."""
        from meshctl.mesh.gateways.egress_paths import EgressPaths

        return EgressPaths(self)

    @cached_property
    def http_workloads(self) -> "HttpWorkloads":
        """Policies whose workloads get HTTP alone."""
        from meshctl.mesh.security.http_workloads import HttpWorkloads

        return HttpWorkloads(self)

    @cached_property
    def gateway_api_routes(self) -> "GatewayApiRoutes":
        """Routes of the Gateway API by what they attach to."""
        from meshctl.mesh.gateways.gateway_api_routes import GatewayApiRoutes

        return GatewayApiRoutes(self)

    @cached_property
    def gateway_api(self) -> "GatewayApi":
        """What istiod makes of the Gateway API."""
        from meshctl.mesh.gateway_api.gateway_api import GatewayApi

        return GatewayApi(self)

    @cached_property
    def owners(self) -> "Owners":
        """Teams, and what their objects touch."""
        from meshctl.mesh.ownership import Owners

        return Owners(self, self._ownership)

    @cached_property
    def client_identities(self) -> "ClientIdentities":
        """Workloads as clients."""
        from meshctl.mesh.security.client_identity import ClientIdentities

        return ClientIdentities(self)

    @cached_property
    def ingress_paths(self) -> "IngressPaths":
        """Routes from gateways to workloads."""
        from meshctl.mesh.gateways.ingress_paths import IngressPaths

        return IngressPaths(self)

    @cached_property
    def request_authentications(self) -> "RequestAuthentications":
        """RequestAuthentications by the workloads they are for."""
        from meshctl.mesh.security.request_authentication import RequestAuthentications

        return RequestAuthentications(self)

    @cached_property
    def request_paths(self) -> "RequestPaths":
        """The ways of requests."""
        from meshctl.mesh.request_path.request_paths import RequestPaths

        return RequestPaths(self)

    @cached_property
    def wide_ports(self) -> "WidePorts":
        """Ports of ServiceEntries that take the traffic of others."""
        from meshctl.mesh.workloads.wide_ports import WidePorts

        return WidePorts(self)
