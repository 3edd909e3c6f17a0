"""The configuration of each proxy of the mesh, to be counted."""

from typing import TYPE_CHECKING

from meshctl.mesh.gateways.gateway_workloads import is_router
from meshctl.mesh.proxy_config_size.gateway_config import GatewayConfig
from meshctl.mesh.proxy_config_size.outbound_config import OutboundConfig
from meshctl.mesh.proxy_config_size.sidecar_config import SidecarConfig
from meshctl.mesh.request_path.inbound_chains import InboundPorts
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import Sidecar, VirtualService, Workload
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh

_Alike = tuple[str, Sidecar | None, tuple[tuple[str, str], ...], str]


class ConfigSizes:
    """Answers for each workload with an Envoy; what is alike is made once."""

    def __init__(self, mesh: "Mesh") -> None:
        self._mesh = mesh
        self._views = mesh.request_paths.views
        self._ports = InboundPorts(mesh.registry, mesh.workloads)
        self._outbound: dict[_Alike, OutboundConfig] = {}

    def config_of(self, workload: Workload) -> SidecarConfig | GatewayConfig:
        """Find everything that the proxy of a workload is sent."""
        mesh, services = self._mesh, self._views.services
        if is_gateway(workload) or is_router(workload):
            gateway = mesh.gateways.for_workload(workload.key_name)
            return GatewayConfig(self._views.gateway_view_of(workload), services, gateway)
        sidecar = mesh.sidecar_scope.sidecar_of(workload)
        outbound = self._outbound_of(workload, sidecar)
        ports = list(self._ports.of(workload, sidecar))
        security = mesh.security
        policies = security.authorization.guarding(workload)
        return SidecarConfig(outbound, ports, security.peer_authentications, policies, workload)

    def _outbound_of(self, workload: Workload, sidecar: Sidecar | None) -> OutboundConfig:
        """Find the outbound part, which all pods of a namespace with one Sidecar share.

        Unless labels decide about rules or routes; and a pod of a headless Service has no listener
        for its own address.
        """
        home = workload.namespace
        by_labels = self._asks_labels or self._mesh.traffic.destination_rules.tell_apart(home)
        labels = tuple(sorted(workload.pod_labels.items())) if by_labels else ()
        headless = any(host.is_headless for host in self._ports.hosts(workload))
        key = home, sidecar, labels, workload.name if headless else ""
        if key not in self._outbound:
            view, domain = self._views.view_of(workload), self._mesh.config.domain
            self._outbound[key] = OutboundConfig(view, self._views.services, home, domain)
        return self._outbound[key]

    @cached_property
    def _asks_labels(self) -> bool:
        """Does any VirtualService choose its clients by labels?"""
        return any(
            match.labels_of("sourceLabels")
            for service in self._mesh.of(VirtualService)
            for route in (*service.http, *service.tls, *service.tcp)
            for match in route.matches
        )
