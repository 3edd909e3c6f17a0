"""What clauses are asked of: the packages below, each made when it is first asked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import Resource

if TYPE_CHECKING:
    from meshctl.mesh.ambient.ambient import Ambient
    from meshctl.mesh.authorization.decision import Decisions
    from meshctl.mesh.clauses.facade import ClausesFacade
    from meshctl.mesh.core.known_objects import KnownObjects
    from meshctl.mesh.gateway_api.reference_grants import ReferenceGrants
    from meshctl.mesh.gateways.facade import GatewaysFacade
    from meshctl.mesh.reachability.facade import ReachabilityFacade
    from meshctl.mesh.registry.facade import RegistryFacade
    from meshctl.mesh.security.facade import SecurityFacade
    from meshctl.mesh.sidecar_scope.facade import SidecarScopeFacade
    from meshctl.mesh.traffic.facade import TrafficFacade
    from meshctl.mesh.traffic.sidecar_routes import SidecarRoutes
    from meshctl.mesh.workloads.facade import WorkloadsFacade

R = TypeVar("R", bound=Resource)


class Parts(Protocol):
    """The input and the packages that the effect of a clause is asked of."""

    config: MeshConfig
    is_whole: bool

    def of(self, view: type[R], /) -> Sequence[R]:
        """All resources read by one view."""

    @property
    def knows(self) -> "KnownObjects":
        """Of what the input has all."""

    @property
    def registry(self) -> "RegistryFacade":
        """Hosts and ports."""

    @property
    def workloads(self) -> "WorkloadsFacade":
        """Pods and their ports."""

    @property
    def traffic(self) -> "TrafficFacade":
        """What VirtualServices and DestinationRules become."""

    @property
    def sidecar_scope(self) -> "SidecarScopeFacade":
        """The hosts that proxies know, and those that they call."""

    @property
    def gateways(self) -> "GatewaysFacade":
        """What gateway workloads serve."""

    @property
    def reference_grants(self) -> "ReferenceGrants":
        """What may refer to objects of other namespaces."""

    @property
    def reachability(self) -> "ReachabilityFacade":
        """What routes lead to."""

    @property
    def security(self) -> "SecurityFacade":
        """TLS, tokens and authorization."""

    @property
    def ambient(self) -> "Ambient":
        """Ambient mode and waypoints."""

    @property
    def decisions(self) -> "Decisions":
        """Who is let in where."""

    @property
    def clauses(self) -> "ClausesFacade":
        """The other clauses."""

    @property
    def sidecar_routes(self) -> "SidecarRoutes":
        """The route tables of sidecars."""
