"""Which routes send requests to a host, and to which of its subsets?

The name of a destination is completed with the namespace of its VirtualService
(ResolveShortnameToFQDN, pilot/pkg/model/virtualservice.go, Istio 1.31).
"""

from collections.abc import Iterable, Sequence

from meshctl.mesh.hosts import HostIndex, fqdn
from meshctl.mesh.mesh_config import MeshConfig
from meshctl.resources import Destination, VirtualService


class Destinations:
    """All destinations of all routes, by host."""

    def __init__(self, services: Iterable[VirtualService], config: MeshConfig) -> None:
        self._index: HostIndex[Destination] = HostIndex()
        for service in services:
            for route in service.routes:
                for destination in route.destinations:
                    host = fqdn(destination.host, service.namespace, config.domain)
                    self._index.add(host, destination)

    def to(self, host: str) -> Sequence[Destination]:
        """Find the destinations that name exactly this host, in input order."""
        return self._index.at(host)

    def uses(self, host: str, subset: str) -> bool:
        """Does any route send requests to this subset of a host?"""
        return any(one.subset == subset for one in self.to(host))
