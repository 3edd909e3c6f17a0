"""HTTP rules are written for a host none of whose ports speaks HTTP.

A sidecar routes by HTTP rules only where the port is declared as HTTP (by its name, `http-…`, or
`appProtocol`) or left to be detected. On a port declared as TCP, TLS or a database protocol it
forwards bytes: matches, splits, retries, timeouts and faults of this host never happen.

Fix: name the Service port `http-…` (or `grpc-…`) if it speaks HTTP, else write `tcp` or `tls` rules.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import DECLARING_KINDS
from meshctl.mesh.traffic import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", needs=DECLARING_KINDS)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts whose declared ports leave nothing to http rules inside the mesh."""
    if not any(MESH in match.request.gateways for match in mesh.traffic.route_matches.of(service)):
        return
    for index, written in enumerate(service.hosts):
        host = mesh.registry.fqdn(written, service.namespace)
        ports = [
            port for registered_host in mesh.registry.at(host) for port in registered_host.ports
        ]
        if ports and not any(port.protocol.may_be_http for port in ports):
            known = shortened([f"{port.number} {port.protocol}" for port in ports], MOST_LISTED)
            yield Finding(
                service.spec.at("hosts", index),
                f"no port of {host} speaks HTTP ({known}), so sidecars pass by the http rules",
            ).also(ports[0].view.at(), "declared here")
