"""The configuration of each proxy of the mesh, to be counted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from meshctl.mesh.core.selectors import Selector, SelectorIndex, index_of
from meshctl.mesh.gateways.gateway_workloads import is_router
from meshctl.mesh.proxy_config_size.config_bytes import Guards, guards_of
from meshctl.mesh.proxy_config_size.gateway_config import GatewayConfig
from meshctl.mesh.proxy_config_size.outbound_config import OutboundConfig, OutboundSize
from meshctl.mesh.proxy_config_size.sidecar_config import SidecarConfig
from meshctl.mesh.request_path.inbound_chains import InboundPorts
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import Sidecar, VirtualService, Workload
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh

_Alike = tuple[str, Sidecar | None, Sequence[Selector]]


class ConfigSizes:
    """Answers for each workload with an Envoy; what is alike is made once."""

    def __init__(self, mesh: "Mesh") -> None:
        self._mesh = mesh
        self._views = mesh.request_paths.views
        self._ports = InboundPorts(mesh.registry, mesh.workloads)
        self._outbound: dict[_Alike, OutboundSize] = {}
        self._counted: dict[tuple[str, int], tuple[object, Guards]] = {}
        self._gateways: dict[object, GatewayConfig] = {}

    def config_of(self, workload: Workload) -> SidecarConfig | GatewayConfig:
        """Find everything that the proxy of a workload is sent."""
        mesh = self._mesh
        if is_gateway(workload) or is_router(workload):
            return self._gateway(workload)
        sidecar = mesh.sidecar_scope.sidecar_of(workload)
        outbound = self._outbound_of(workload, sidecar)
        ports = list(self._ports.of(workload, sidecar))
        modes = mesh.security.peer_authentications
        address = self._views.endpoints.address_of(workload)
        return SidecarConfig(outbound, ports, modes, self._guards(workload), workload, address)

    def _guards(self, workload: Workload) -> Guards:
        """Count what guards a workload; workloads that the same policies pick share the count."""
        authorization = self._mesh.security.authorization
        own = authorization.of(workload)
        key = workload.namespace, id(own)
        if key not in self._counted:
            self._counted[key] = own, guards_of(authorization.guarding(workload))
        return self._counted[key][1]

    def _gateway(self, workload: Workload) -> GatewayConfig:
        """Find what a gateway is sent; its clusters are those of all gateways that see the same."""
        gateway = self._mesh.gateways.for_workload(workload.key_name)
        served = gateway.like if gateway is not None and gateway.gateways else None
        key = self._view_from(workload.namespace), self._chosen_by(workload), served
        if key not in self._gateways:
            view, services = self._views.gateway_view_of(workload), self._views.services
            self._gateways[key] = GatewayConfig(view, services, gateway)
        return self._gateways[key]

    def _view_from(self, namespace: str) -> str:
        """Name the namespace, or nothing where its clients are sent what most others are."""
        mesh = self._mesh
        has_own_view = (
            mesh.registry.tells_apart(namespace)
            or mesh.traffic.destination_rules.follow_others(namespace)
            or mesh.gateway_api.routes.tell_apart(namespace)
        )
        return namespace if has_own_view else ""

    def _chosen_by(self, workload: Workload) -> Sequence[Selector]:
        """The selectors of rules and routes that pick the workload as a client."""
        rules = self._mesh.traffic.destination_rules
        labels = workload.pod_labels
        return (*self._sources.find(labels), *rules.choosing(workload.namespace, labels))

    @cached_property
    def _sources(self) -> SelectorIndex[Selector]:
        """The labels by which VirtualServices choose their clients."""
        return index_of(
            match.labels_of("sourceLabels")
            for service in self._mesh.of(VirtualService)
            for route in (*service.http, *service.tls, *service.tcp)
            for match in route.matches
        )

    def _outbound_of(self, workload: Workload, sidecar: Sidecar | None) -> OutboundSize:
        """Count the outbound part, which all pods of a namespace with one Sidecar share.

        Without a Sidecar all namespaces share it that see the same. Selectors tell pods apart where
        they decide about rules or routes. What was counted is let go, for a large mesh has many.
        """
        home = workload.namespace if sidecar is not None else self._view_from(workload.namespace)
        key = home, sidecar, self._chosen_by(workload)
        if key not in self._outbound:
            view, domain = self._views.passing_view_of(workload), self._mesh.config.domain
            self._outbound[key] = OutboundConfig(view, self._views.services, domain).size()
        return self._outbound[key]
