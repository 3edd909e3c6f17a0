"""A server waits for TLS, and the load balancer in front has opened it.

With a certificate in `service.beta.kubernetes.io/aws-load-balancer-ssl-cert` the load balancer ends the TLS of clients and
sends plaintext on, unless `aws-load-balancer-backend-protocol` says `ssl` or `https`. The listener of a server for HTTPS or TLS
takes no plaintext: every connection is closed, and the load balancer answers 502 or calls its targets unhealthy.

Fix: say `protocol: HTTP` for this server, have the load balancer encrypt again, or take its certificate away.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import OPENS_TLS, decrypting
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Gateway, severity=Severity.ERROR, since="0.1.0", needs=(OPENS_TLS,))
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report servers for TLS all of whose connections come decrypted."""
    for server in gateway.servers:
        kept = [one for one in mesh.gateways.fates_by_namespace(server) if one[1].drop is None]
        found = [
            decrypting(effective_gateway.workload, fate.target) for effective_gateway, fate in kept
        ]
        if not server.is_tls or not found or found[0] is None or not all(found):
            continue
        yield Finding(
            server.at("port", "protocol"),
            f"the load balancer of {found[0].title} opens TLS and sends plaintext to port {server.port}, "
            f"where this server takes {server.protocol} alone",
        ).also(found[0].at("metadata", "annotations", OPENS_TLS), "the certificate there")
