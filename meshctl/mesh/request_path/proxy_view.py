"""What istiod sends to one proxy: services, listeners, virtual hosts, clusters.

Each is made when a request asks for it, and kept for the next one.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from meshctl.mesh.registry.services import HostPort
from meshctl.mesh.request_path.client_clusters import ClientClusters
from meshctl.mesh.request_path.egress_scope import EgressScope, ScopeListener
from meshctl.mesh.request_path.outbound_hosts import OutboundHosts
from meshctl.mesh.request_path.outbound_listeners import OutboundListeners
from meshctl.mesh.request_path.proxy_services import ProxyService, ProxyServices, appended
from meshctl.mesh.request_path.service_endpoints import ServiceEndpoints
from meshctl.mesh.security.tls_connection import Client, ClientKind
from meshctl.mesh.traffic.routes import ProxyNode
from meshctl.resources import View, Workload

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh

DYNAMIC_DNS = "ALLOW_ANY_DYNAMIC_DNS"


class SidecarView:
    """The configuration of sidecars of the namespace of ``scope`` with the same labels and Sidecar.

    Without an ``address`` it is that of no pod: of headless Services it has listeners for all.
    """

    def __init__(
        self, mesh: "Mesh", endpoints: ServiceEndpoints, scope: EgressScope, workload: Workload,
        address: str = "",
    ) -> None:  # fmt: skip
        self._mesh = mesh
        self.scope = scope
        self._proxy = ProxyNode(scope.namespace, workload.pod_labels)
        self.routes = mesh.gateway_api.routes
        self.listeners = OutboundListeners(
            scope, self.routes, self._proxy, partial(_instances, endpoints, address)
        )
        self.clusters = ClientClusters(
            replace(assumed_client(mesh, workload), namespace=scope.namespace),
            scope.service,
            endpoints,
            mesh.traffic.destination_rules,
            mesh.security.mtls,
        )
        self._hosts: dict[int, OutboundHosts | None] = {}

    def hosts_on(self, port: int) -> OutboundHosts | None:
        """The virtual hosts of a port; ``None`` where a Sidecar leaves no listener for it."""
        if port not in self._hosts:
            listener: ScopeListener | None = self.scope.for_port(port)
            self._hosts[port] = None if listener is None else OutboundHosts(
                listener, self._mesh.gateway_api.routes, self._proxy, port, self._mesh.config.domain
            )  # fmt: skip
        return self._hosts[port]

    @property
    def policy(self) -> str:
        """What happens to calls that istiod knows nothing of."""
        return self._mesh.sidecar_scope.outbound_policy(self.scope.sidecar)

    @property
    def egress_proxy(self) -> View | None:
        """The destination that a Sidecar names for such calls."""
        sidecar = self.scope.sidecar
        if sidecar is None:
            return None
        written = sidecar.spec.child("outboundTrafficPolicy", "egressProxy")
        return written if written.data else None


class GatewayView:
    """The clusters of gateways of one namespace: gateways see all that is exported to them."""

    def __init__(
        self, mesh: "Mesh", services: ProxyServices, endpoints: ServiceEndpoints,
        workload: Workload, namespace: str,
    ) -> None:  # fmt: skip
        self._services = services
        self._namespace = namespace
        self._known: dict[str, ProxyService | None] = {}
        self.clusters = ClientClusters(
            replace(mesh.security.mtls.client(workload), namespace=namespace),
            self.service,
            endpoints,
            mesh.traffic.destination_rules,
            mesh.security.mtls,
        )

    def service(self, host: str) -> ProxyService | None:
        """Find the service that the gateway has clusters for."""
        if host not in self._known:
            found: ProxyService | None = None
            several = self._services.by_host.get(host, ())
            for proxy_service in self._services.seen_by(several, self._namespace):
                found = appended(found, proxy_service)
            self._known[host] = found
        return self._known[host]


def assumed_client(mesh: "Mesh", workload: Workload) -> Client:
    """Describe a client; one that may have a sidecar counts as one that has."""
    client = mesh.security.mtls.client(workload)
    if client.proxy is ClientKind.UNKNOWN:
        return replace(client, proxy=ClientKind.SIDECAR)
    return client


def _instances(
    endpoints: ServiceEndpoints, own_address: str, service: ProxyService, port: HostPort
) -> Sequence[str]:
    found = (endpoint.address for endpoint in endpoints.of(service, port))
    return [one for one in dict.fromkeys(found) if one != own_address]
