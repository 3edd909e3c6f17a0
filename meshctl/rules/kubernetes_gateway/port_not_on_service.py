"""The Service in front of a Gateway doesn't have the port of a listener.

Gateways of the Gateway API count ports of the Service, not of the pods. Without the port Envoy
doesn't listen for it at all, while the listener says Programmed.

Fix: add the port to `spec.ports` of the Service, or write one of its ports into the listener's
`port`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway, Service
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import all_of


@rule(on=KubernetesGateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports that none of the Gateway's known Services has."""
    api = mesh.gateway_api
    read = api.gateway(gateway)
    if read is None:
        return
    found = [api.addresses.service(host, gateway.namespace) for host in read.services.hosts]
    sources = [
        registered_host.source
        for registered_host in found
        if registered_host is not None and isinstance(registered_host.source, Service)
    ]
    if not sources or len(sources) < len(found):
        return
    ports = sorted({port.port for source in sources for port in source.ports})
    for listener in read.listeners:
        if listener.is_valid and listener.port not in ports:
            known = all_of(ports)
            yield Finding(
                listener.listener.at("port"),
                f"{sources[0].title} has {'port' if len(ports) == 1 else 'ports'} {known} alone, so nothing "
                f"listens for {listener.port}",
            ).also(sources[0].spec.key("ports"), "the ports of the Service")
