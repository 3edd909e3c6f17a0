"""The gateway of a network doesn't pass on what comes from other networks.

Clients of other networks send mutual TLS with an SNI such as `outbound_.80_._.cart.shop.svc.cluster.local`.
A server of mode AUTO_PASSTHROUGH sends the connection on by it, unopened. PASSTHROUGH looks for a
VirtualService with this name, and the other modes open the connection: there is no route, and it is reset.

Fix: write `protocol: TLS` and `tls: {mode: AUTO_PASSTHROUGH}`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=Gateway, severity=Severity.ERROR, since="0.1.0", needs=("topology.istio.io/network",))
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report servers on the port by which a network is entered."""
    for server, service in mesh.reachability.network_gateways.opened(gateway):
        mode = server.tls_mode or server.protocol
        finding = Finding(
            server.tls.at("mode") if server.tls.has("mode") else server.at("port"),
            f"other networks come in by port {server.port} of {service.title}, and {mode} doesn't pass "
            "their connections on",
        ).also(service.at("metadata", "labels"), "is the gateway of a network")
        if server.is_tls:
            finding = finding.fixed_by(
                put(server.at("tls"), {"mode": "AUTO_PASSTHROUGH"}), safe=False
            )
        yield finding
