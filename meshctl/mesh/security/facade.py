"""TLS, tokens and authorization: one facade over this package."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from collections.abc import Callable
from typing import TYPE_CHECKING

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.gateway_api.reference_grants import ReferenceGrants
from meshctl.mesh.gateways.facade import GatewaysFacade
from meshctl.mesh.injection.facade import InjectionFacade
from meshctl.mesh.reachability.ingress_paths import IngressPaths
from meshctl.mesh.registry.facade import RegistryFacade
from meshctl.mesh.traffic.facade import TrafficFacade
from meshctl.mesh.workloads.facade import WorkloadsFacade
from meshctl.resources import AuthorizationPolicy, PeerAuthentication
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.security.authorization import Authorization
    from meshctl.mesh.security.client_identity import ClientIdentities
    from meshctl.mesh.security.hbone import Ztunnel
    from meshctl.mesh.security.http_workloads import HttpWorkloads
    from meshctl.mesh.security.mtls import Mtls
    from meshctl.mesh.security.peer_authentication import PeerAuthentications
    from meshctl.mesh.security.request_authentication import RequestAuthentications
    from meshctl.mesh.security.server_names import ServerNames
    from meshctl.mesh.security.tls_conflicts import TlsConflicts
    from meshctl.mesh.security.tls_origination import TlsOrigination


class SecurityFacade:
    """What connections are like, and what policies demand of them."""

    def __init__(
        self,
        inventory: Inventory,
        registry: RegistryFacade,
        workloads: WorkloadsFacade,
        traffic: TrafficFacade,
        gateways: GatewaysFacade,
        injection: InjectionFacade,
        paths: IngressPaths,
        grants: ReferenceGrants,
        ambient: "Callable[[], Ztunnel]",
    ) -> None:
        self._inventory = inventory
        self._registry = registry
        self._workloads = workloads
        self._traffic = traffic
        self._gateways = gateways
        self._injection = injection
        self._paths = paths
        self._grants = grants
        self._ambient = ambient

    @cached_property
    def peer_authentications(self) -> "PeerAuthentications":
        """The TLS mode each workload demands."""
        from meshctl.mesh.security.peer_authentication import PeerAuthentications

        return PeerAuthentications(
            self._inventory.of(PeerAuthentication), self._workloads, self._inventory.config,
            lacks=lambda home: self._inventory.knowledge.hides(home, "PeerAuthentication"),
        )  # fmt: skip

    @cached_property
    def mtls(self) -> "Mtls":
        """TLS between clients and servers."""
        from meshctl.mesh.security.mtls import Mtls

        return Mtls(
            self._registry,
            self._workloads,
            self._traffic.destination_rules,
            self.peer_authentications,
            self._inventory.config,
            knows=self._inventory.knows,
            ambient=self._ambient,
        )

    @cached_property
    def tls_conflicts(self) -> "TlsConflicts":
        """ClientIdentities and servers that TLS keeps apart."""
        from meshctl.mesh.security.tls_conflicts import TlsConflicts

        return TlsConflicts(
            self._inventory,
            self._registry,
            self._workloads,
            self.mtls,
            self.peer_authentications,
            self._traffic.destination_rules,
            self._traffic.destinations,
        )

    @cached_property
    def tls_origination(self) -> "TlsOrigination":
        """TLS to servers that speak it themselves."""
        from meshctl.mesh.security.tls_origination import TlsOrigination

        return TlsOrigination(
            self._inventory.resources, self._registry, self._traffic.destination_rules
        )

    @cached_property
    def server_names(self) -> "ServerNames":
        """Names in the certificates of servers."""
        from meshctl.mesh.security.server_names import ServerNames

        return ServerNames(
            self._inventory, self._registry, self._workloads, self._traffic.destination_rules
        )

    @cached_property
    def authorization(self) -> "Authorization":
        """AuthorizationPolicies by the workloads they guard."""
        from meshctl.mesh.security.authorization import Authorization

        return Authorization(
            self._inventory.of(AuthorizationPolicy), self._workloads, self._inventory.config
        )

    @cached_property
    def http_workloads(self) -> "HttpWorkloads":
        """Policies whose workloads get HTTP alone."""
        from meshctl.mesh.security.http_workloads import HttpWorkloads

        return HttpWorkloads(self.authorization, self._workloads.container_ports, self._gateways)

    @cached_property
    def client_identity(self) -> "ClientIdentities":
        """Workloads as clients."""
        from meshctl.mesh.security.client_identity import ClientIdentities

        return ClientIdentities(
            self._inventory,
            self._workloads,
            self._registry.workload_entries,
            self._workloads.container_ports,
            self.mtls,
            self._traffic.destination_rules,
        )

    @cached_property
    def request_authentications(self) -> "RequestAuthentications":
        """RequestAuthentications by the workloads they are for."""
        from meshctl.mesh.security.request_authentication import RequestAuthentications

        return RequestAuthentications(
            self._inventory,
            self._registry,
            self.authorization,
            self._gateways,
            self._paths,
            self._grants,
            self._injection.control_plane,
        )
