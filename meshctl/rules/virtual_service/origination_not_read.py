"""A gateway takes requests to a TLS port, and doesn't read the DestinationRule that opens TLS to it.

Proxies read the DestinationRules that are exported to their own namespace. One with `exportTo: ["."]` beside the application is not
read by an egress gateway elsewhere, nor one of the application's namespace for a host of another one: the gateway sends plain HTTP
to the TLS port, and the server answers `400 The plain HTTP request was sent to HTTPS port` or hangs up.

Fix: export the DestinationRule to the namespace of the gateway's pods.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=("DestinationRule",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report http destinations on TLS ports to which others open TLS."""
    for route in service.http:
        for destination in route.destinations:
            declared = mesh.reachability.clusters.declared(destination)
            number = destination.port
            port = declared[0].port(number) if declared and number else None
            if port is None or number is None or not port.protocol.is_tls:
                continue
            clients = mesh.reachability.subsets.gateway_clients(route)
            blind = mesh.security.tls_origination.unread(declared, number, clients)
            if blind is not None:
                client, written = blind
                yield Finding(
                    destination.at("host"),
                    f"gateway pods in {client.namespace} don't read {written.title}, which opens TLS to port {number} of "
                    f"{destination.host}: they bring plain HTTP there",
                ).also(written.spec.at("host"), "opens TLS for others")
