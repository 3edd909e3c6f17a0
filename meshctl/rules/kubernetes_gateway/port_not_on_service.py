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


@rule(on=KubernetesGateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports that none of the Gateway's known Services has."""
    api = mesh.gateway_api
    read = api.gateway(gateway)
    if read is None:
        return
    found = [api.addresses.service(host, gateway.namespace) for host in read.services.hosts]
    sources = [one.source for one in found if one is not None and isinstance(one.source, Service)]
    if not sources or len(sources) < len(found):
        return
    ports = sorted({port.port for one in sources for port in one.ports})
    for one in read.listeners:
        if one.is_valid and one.port not in ports:
            known = " and ".join(map(str, ports))
            yield Finding(
                one.listener.at("port"),
                f"{sources[0].title} has {'port' if len(ports) == 1 else 'ports'} {known} alone, so nothing "
                f"listens for {one.port}",
            ).also(sources[0].spec.key("ports"), "the ports of the Service")
