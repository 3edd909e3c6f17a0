"""The configuration of each proxy of the mesh, to be counted."""

from typing import TYPE_CHECKING

from meshctl.mesh.gateways.gateway_workloads import is_router
from meshctl.mesh.proxy_config_size.gateway_config import GatewayConfig
from meshctl.mesh.proxy_config_size.sidecar_config import SidecarConfig
from meshctl.mesh.request_path.inbound_chains import InboundPorts
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import Workload

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh


class ConfigSizes:
    """Answers for each workload with an Envoy."""

    def __init__(self, mesh: "Mesh") -> None:
        self._mesh = mesh
        self._views = mesh.request_paths.views
        self._inbound = InboundPorts(mesh.registry, mesh.workloads)

    def config_of(self, workload: Workload) -> SidecarConfig | GatewayConfig:
        """Find everything that the proxy of a workload is sent."""
        mesh, services = self._mesh, self._views.services
        if is_gateway(workload) or is_router(workload):
            gateway = mesh.gateways.for_workload(workload.key_name)
            return GatewayConfig(self._views.gateway_view_of(workload), services, gateway)
        view = self._views.view_of(workload)
        policies, domain = mesh.security.peer_authentications, mesh.config.domain
        return SidecarConfig(view, services, self._inbound, policies, workload, domain)
