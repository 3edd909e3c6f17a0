"""What istiod sends to each proxy of the mesh, made when a request comes to it."""

from typing import TYPE_CHECKING

from meshctl.mesh.request_path.egress_scope import EgressScope
from meshctl.mesh.request_path.host_addresses import HostAddresses
from meshctl.mesh.request_path.proxy_services import ProxyServices
from meshctl.mesh.request_path.proxy_view import GatewayView, SidecarView
from meshctl.mesh.request_path.service_endpoints import ServiceEndpoints
from meshctl.resources import Sidecar, Workload, WorkloadEntry
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh


class ProxyViews:
    """The configuration of every proxy that is asked for."""

    def __init__(self, mesh: "Mesh") -> None:
        self._mesh = mesh
        self._scopes: dict[tuple[str, Sidecar | None], EgressScope] = {}
        self._views: dict[tuple[EgressScope, Workload], SidecarView] = {}
        self._gateway_views: dict[str, GatewayView] = {}

    @cached_property
    def services(self) -> ProxyServices:
        """All services, in istiod's order."""
        return ProxyServices(self._mesh.registry)

    @cached_property
    def endpoints(self) -> ServiceEndpoints:
        """What stands behind the services."""
        mesh = self._mesh
        return ServiceEndpoints(
            mesh.resources, mesh.registry, mesh.workloads, mesh.of(WorkloadEntry)
        )

    @cached_property
    def addresses(self) -> HostAddresses:
        """What names resolve to."""
        mesh = self._mesh
        return HostAddresses(mesh.registry, self.services, self.endpoints, mesh.config.domain)

    def scope_of(self, workload: Workload) -> EgressScope:
        """What the sidecar of a workload knows."""
        key = workload.namespace, self._mesh.sidecar_scope.sidecar_of(workload)
        if key not in self._scopes:
            self._scopes[key] = self._scope(*key)
        return self._scopes[key]

    def _scope(self, namespace: str, sidecar: Sidecar | None) -> EgressScope:
        return EgressScope(self.services, self._mesh.gateway_api.routes, namespace, sidecar)

    def view_of(self, workload: Workload) -> SidecarView:
        """The configuration of the sidecar of a workload."""
        scope = self.scope_of(workload)
        key = scope, workload
        if key not in self._views:
            address = self.endpoints.address_of(workload)
            self._views[key] = SidecarView(self._mesh, self.endpoints, scope, workload, address)
        return self._views[key]

    def passing_view_of(self, workload: Workload, sidecar: Sidecar | None) -> SidecarView:
        """The configuration of all sidecars like that of a workload, which only the caller keeps."""
        scope = self._scope(workload.namespace, sidecar)
        return SidecarView(self._mesh, self.endpoints, scope, workload)

    def common_view_of(self, workload: Workload) -> SidecarView:
        """What a sidecar would have in a namespace of which nothing is known, kept by the caller."""
        return SidecarView(self._mesh, self.endpoints, self._scope("", None), workload)

    def gateway_view_of(self, workload: Workload) -> GatewayView:
        """The clusters of a gateway."""
        name = workload.key_name
        if name not in self._gateway_views:
            self._gateway_views[name] = self.passing_gateway_view_of(workload, workload.namespace)
        return self._gateway_views[name]

    def passing_gateway_view_of(self, workload: Workload, namespace: str) -> GatewayView:
        """The clusters of a gateway, were it in a namespace; the caller alone keeps it."""
        return GatewayView(self._mesh, self.services, self.endpoints, workload, namespace)

    def identity_of(self, workload: Workload) -> str:
        """The identity that a workload presents, without ``spiffe://``."""
        domain = self._mesh.config.trust_domain
        return f"{domain}/ns/{workload.namespace}/sa/{workload.service_account}"
