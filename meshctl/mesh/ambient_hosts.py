"""Which Services of ambient mode does a VirtualService route inside the mesh?"""

from collections.abc import Iterator

from meshctl.mesh.ambient import Ambient
from meshctl.mesh.registry import Registry
from meshctl.resources import Ref, Service, VirtualService

_MESH = "mesh"


def ambient_services(
    virtual_service: VirtualService, registry: Registry, ambient: Ambient
) -> Iterator[tuple[Ref, Service]]:
    """Walk its hosts that are Services of ambient namespaces, if it routes by requests at all."""
    in_mesh = not virtual_service.gateways or _MESH in virtual_service.gateways
    if not in_mesh or not (virtual_service.http or virtual_service.tls):
        return
    for index, host in enumerate(virtual_service.hosts):
        for declared in registry.at(registry.fqdn(host, virtual_service.namespace)):
            source = declared.source
            if isinstance(source, Service) and ambient.is_on(source.namespace):
                yield virtual_service.spec.at("hosts", index), source
