"""A port of an ExternalName Service is TCP for Istio, or is sniffed.

Clients reach such a Service by a DNS name outside the cluster, so it has no address of its own. A
TCP listener for it takes all traffic of that port number, whatever its destination, and sends it to
this one.

Fix: name the port after the real protocol, `http` or `https` and `tls` for encrypted traffic, or
use a ServiceEntry.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import Protocol
from meshctl.istio.well_known_ports import usual_app_protocol
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_own_of_istio
from meshctl.resources import Service, ServicePort
from meshctl.rules.api import Edit, Finding, Outcome, Severity, put, rule
from meshctl.words import quoted


@rule(on=Service, severity=Severity.WARNING, equivalents=("IST0150",), since="0.1.0")
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports of ExternalName Services that get a listener for all addresses."""
    if not service.external_name or is_own_of_istio(service):
        return
    for port in service.ports:
        protocol = port.protocol
        if protocol in {Protocol.AUTO, Protocol.TCP}:
            says = f"the name {quoted(port.name)}" if port.name else "no name"
            how = "sniffed" if protocol is Protocol.AUTO else "TCP"
            yield Finding(
                port.at("name" if port.name else "port"),
                f"with {says} port {port.port} is {how}, so that it takes traffic for other "
                f"destinations of port {port.port} too",
            ).fixed_by(*_edits(port), safe=False)


def _edits(port: ServicePort) -> list[Edit]:
    spoken = usual_app_protocol(port.port)
    return [put(port.at("appProtocol"), spoken)] if spoken else []
