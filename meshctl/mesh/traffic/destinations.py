"""All destinations of routes, by host and subset, and those sent to in plaintext.

The name of a destination is completed with the namespace of its VirtualService
(ResolveShortnameToFQDN, pilot/pkg/model/virtualservice.go, Istio 1.31).
"""

from collections.abc import Iterable, Sequence

from meshctl.mesh.core.hosts import HostIndex, fqdn
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.traffic.delegates import MESH
from meshctl.resources import Destination, KubernetesRoute, VirtualService

_OF_REQUESTS = frozenset({"HTTPRoute", "GRPCRoute"})


class Destinations:
    """All destinations of all routes, by host."""

    def __init__(
        self, services: Iterable[VirtualService], routes: Iterable[KubernetesRoute],
        config: MeshConfig,
    ) -> None:  # fmt: skip
        self._index: HostIndex[Destination] = HostIndex()
        backends = [
            (route.kind, fqdn(backend.name, backend.namespace, config.domain), backend.port)
            for route in routes
            for backend in route.backends
        ]
        self._backends = frozenset((host, port) for _, host, port in backends)
        self._backend_hosts = frozenset(host for _, host, _ in backends)
        self._asked = frozenset(
            (host, port) for kind, host, port in backends if kind in _OF_REQUESTS
        )
        for service in services:
            for route in service.routes:
                for destination in route.destinations:
                    host = fqdn(destination.host, service.namespace, config.domain)
                    self._index.add(host, destination)

    def to(self, host: str) -> Sequence[Destination]:
        """Find the destinations that name exactly this host, in input order."""
        return self._index.at(host)

    def leads_to(self, host: str) -> bool:
        """Does any route, of the Gateway API too, lead to exactly this host?"""
        return bool(self.to(host)) or host in self._backend_hosts

    def uses(self, host: str, subset: str) -> bool:
        """Does any route send requests to this subset of a host?"""
        return any(destination.subset == subset for destination in self.to(host))

    def comes_from_gateway(self, host: str) -> bool:
        """Does a VirtualService at a gateway, or a route of the Gateway API, lead to just this host?"""
        return host in self._backend_hosts or any(
            isinstance(destination.resource, VirtualService)
            and set(destination.resource.gateways) - {MESH}
            for destination in self.to(host)
        )

    def brings_plaintext(self, host: str, port: int) -> bool:
        """May a route send opened requests or bytes to a port? A tls route never opens them."""
        return (host, port) in self._backends or any(
            destination.path[1] != "tls" and destination.port in {None, port}
            for destination in self.to(host)
        )

    def brings_requests(self, host: str, port: int) -> bool:
        """May a route of requests lead to a port? The proxy reads them, whatever the port speaks behind its TLS."""
        return (host, port) in self._asked or any(
            destination.path[1] == "http" and destination.port in {None, port}
            for destination in self.to(host)
        )
