"""What does istiod make of this set of resources? All answers, each indexed once."""

from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

from meshctl.mesh.alternatives import Alternatives
from meshctl.mesh.collisions import Collisions
from meshctl.mesh.bindings import Bindings
from meshctl.mesh.destinations import Destinations
from meshctl.mesh.gateway_workloads import GatewayWorkloads
from meshctl.mesh.gateways import Gateways
from meshctl.mesh.mesh_config import MeshConfig, find_mesh_config
from meshctl.mesh.mtls import Mtls
from meshctl.mesh.peer_authentication import PeerAuthentications
from meshctl.mesh.registry import Registry
from meshctl.mesh.routes import Routes
from meshctl.mesh.shadows import Shadows
from meshctl.mesh.shared_hosts import shared_hosts
from meshctl.mesh.tls_conflicts import TlsConflicts
from meshctl.mesh.traffic_policy import TrafficPolicies
from meshctl.mesh.workloads import Workloads
from meshctl.resources import (
    DestinationRule,
    Gateway,
    Namespace,
    PeerAuthentication,
    Resource,
    Service,
    ServiceEntry,
    VirtualService,
    Workload,
)

R = TypeVar("R", bound=Resource)


class Mesh:
    """All resources with their indexes; immutable, and every index is made when first asked.

    ``is_whole`` says that the input is the complete mesh, so that what is missing is absent.
    """

    def __init__(
        self, resources: Sequence[Resource], config: MeshConfig | None = None, *,
        is_whole: bool = False,
    ) -> None:  # fmt: skip
        self.resources = tuple(resources)
        self.config = config or find_mesh_config(self.resources)
        self.is_whole = is_whole
        self._by_view: dict[type[Resource], list[Resource]] = {}
        for resource in self.resources:
            for view in views_of(type(resource)):
                self._by_view.setdefault(view, []).append(resource)

    def of(self, view: type[R]) -> Sequence[R]:
        """All resources read by one view or a kind of it, in input order."""
        return self._by_view.get(view, [])  # type: ignore[return-value]

    def first_of(self, resource: Resource) -> Resource:
        """The first resource with this group, kind, namespace and name."""
        return self._by_identity[_identity(resource)]

    @cached_property
    def _by_identity(self) -> dict[tuple[str, str, str, str], Resource]:
        found: dict[tuple[str, str, str, str], Resource] = {}
        for resource in self.resources:
            found.setdefault(_identity(resource), resource)
        return found

    @cached_property
    def registry(self) -> Registry:
        """Hosts and ports."""
        return Registry(self.of(Service), self.of(ServiceEntry), self.config)

    @cached_property
    def workloads(self) -> Workloads:
        """Pods behind selectors."""
        return Workloads(self.of(Workload), self.of(Namespace), is_whole=self.is_whole)

    @cached_property
    def routes(self) -> Routes:
        """What VirtualServices become, at gateways and in the mesh."""
        return Routes(self.of(VirtualService), self.registry, self.config)

    @cached_property
    def alternatives(self) -> Alternatives:
        """The matches of http rules."""
        return Alternatives(self.routes)

    @cached_property
    def shadows(self) -> Shadows:
        """Rules that never get a request."""
        return Shadows(self.alternatives)

    @cached_property
    def collisions(self) -> Collisions:
        """VirtualServices that take each other's requests at a gateway."""
        return Collisions(shared_hosts(self))

    @cached_property
    def gateways(self) -> Gateways:
        """What each gateway workload serves."""
        workloads = GatewayWorkloads(
            self.workloads, self.of(Service), self.registry, is_whole=self.is_whole
        )
        return Gateways(self.of(Gateway), workloads, self.routes, self.registry)

    @cached_property
    def bindings(self) -> Bindings:
        """The Gateways that VirtualServices name."""
        return Bindings(self.of(Gateway), self.of(Resource), self.registry)

    @cached_property
    def traffic_policies(self) -> TrafficPolicies:
        """The DestinationRule each client follows."""
        return TrafficPolicies(self.of(DestinationRule), self.config)

    @cached_property
    def peer_authentications(self) -> PeerAuthentications:
        """The TLS mode each workload demands."""
        return PeerAuthentications(self.of(PeerAuthentication), self.workloads, self.config)

    @cached_property
    def mtls(self) -> Mtls:
        """TLS between clients and servers."""
        return Mtls(
            self.registry, self.workloads, self.traffic_policies, self.peer_authentications,
            self.config,
        )  # fmt: skip

    @cached_property
    def tls_conflicts(self) -> TlsConflicts:
        """Clients and servers that TLS keeps apart."""
        return TlsConflicts(self)

    @cached_property
    def destinations(self) -> Destinations:
        """Routes by the host and subset they send requests to."""
        return Destinations(self.of(VirtualService), self.config)


def _identity(resource: Resource) -> tuple[str, str, str, str]:
    return resource.group, resource.kind, resource.namespace, resource.name
