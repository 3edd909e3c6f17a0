"""The declared protocol of a Service port isn't what the server behind it speaks.

Sidecars believe the name of the port. HTTP on the port of a database: they wait for a request and
answer everything else with 400. HTTP on 443: TLS isn't matched by the HTTP listener and is passed
through past routes and mutual TLS, so that a STRICT server resets it. HTTP instead of gRPC, as names or probes of
the container tell: requests go to the server as HTTP/1.1, and gRPC needs HTTP/2.

Fix: name the port after what the server speaks: `tcp-…`, `https-…`, `grpc-…`, or use `appProtocol`.
"""

from collections.abc import Iterator

from meshctl.istio.well_known_ports import database, is_https, says_grpc
from meshctl.mesh import Mesh
from meshctl.mesh.registry import HostPort
from meshctl.mesh.workloads import is_own_of_istio
from meshctl.resources import Service, ServicePort
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_HTTP_1 = ": clients' HTTP/2 is sent on as HTTP/1.1"


@rule(on=Service, severity=Severity.WARNING, since="0.1.0")
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports declared as HTTP whose number, name or probe says otherwise."""
    if is_own_of_istio(service) or service.type in {"LoadBalancer", "ExternalName"}:
        return  # a load balancer may open TLS on 443 itself
    for host in mesh.registry.of(service):
        for port in host.ports:
            why, spoken = _contradiction(port) if port.protocol.is_http else ("", "")
            if not why and mesh.workloads.container_ports.is_grpc_alone(service, port):
                why, spoken = f"the kubelet probes it by gRPC{_HTTP_1}", "grpc"
            if why:
                written = isinstance(port.view, ServicePort) and port.view.app_protocol
                place = port.view.at("appProtocol" if written else "name")
                yield Finding(
                    place, f"port {port.number} is declared {port.protocol}, but {why}"
                ).fixed_by(put(port.view.at("appProtocol"), spoken), safe=False)


def _contradiction(port: HostPort) -> tuple[str, str]:
    """Say why it is wrong, and which protocol is spoken; nothing where all is right."""
    kind = database(port.number, port.target)
    if kind:
        return f"it is the port of {kind}, whose bytes are no requests", "tcp"
    if is_https(port.number, port.target):
        what = "TLS on it goes past the routes and mutual TLS of the mesh"
        return f"it is the port of HTTPS: {what}", "https"
    if says_grpc(port.name, port.target, port.protocol):
        return f"a name says gRPC{_HTTP_1}", "grpc"
    return "", ""
