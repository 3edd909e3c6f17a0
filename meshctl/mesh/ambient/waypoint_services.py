"""Services of ambient mode that a VirtualService or DestinationRule changes."""

from collections.abc import Iterator

from meshctl.mesh.ambient.ambient import Ambient
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.traffic.policy_layers import written_policies
from meshctl.resources import DestinationRule, Ref, Service, VirtualService

_MESH = "mesh"


def ambient_services(
    virtual_service: VirtualService, registry: Registry, ambient: Ambient
) -> Iterator[tuple[Ref, Service]]:
    """Walk its hosts that are Services of ambient namespaces, if it routes by requests at all."""
    in_mesh = not virtual_service.gateways or _MESH in virtual_service.gateways
    if not in_mesh or not (virtual_service.http or virtual_service.tls):
        return
    for index, host in enumerate(virtual_service.hosts):
        for service, _ in registry.services_at(registry.fqdn(host, virtual_service.namespace)):
            if ambient.is_on(service.namespace):
                yield virtual_service.spec.at("hosts", index), service


def ambient_service(rule: DestinationRule, registry: Registry, ambient: Ambient) -> Service | None:
    """Find the Service of an ambient namespace that a DestinationRule is for."""
    services = registry.services_at(registry.fqdn(rule.host, rule.namespace))
    first = services[0][0] if services else None  # all of one host are of one namespace
    return first if first is not None and ambient.is_on(first.namespace) else None


def proxy_setting(rule: DestinationRule) -> Ref | None:
    """Name the first setting, beside TLS, that only an Envoy can follow: ztunnel reads no rules."""
    for policy in written_policies(rule):
        for key in ("loadBalancer", "connectionPool", "outlierDetection"):
            if policy.has(key):
                return policy.key(key)
    return None
