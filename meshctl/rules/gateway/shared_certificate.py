"""Two servers present the same certificate, but the routes of one don't know the other's host.

Browsers reuse an HTTP/2 connection for every host that its certificate covers. The connection
belongs to the filter chain whose SNI opened it, so a request for the other host meets the first
server's routes, where that host is unknown: sporadic 404 in browsers, never with curl.

Fix: give each server a certificate for its own hosts only, or one server all of these hosts.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Gateway, severity=Severity.WARNING, equivalents=("IST0138",), since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each server after the first one with its certificate."""
    for server in gateway.servers:
        found = mesh.gateways.server_conflicts.coalescing.get(server)
        if found is not None:
            yield Finding(
                server.at("tls", "credentialName"),
                f"{quoted(server.credential)} is also the certificate of {found.first.key_name}: "
                f"browsers ask for {quoted(found.host)} on a connection to that server, and get 404 there",
            ).also(found.first.server.at("tls", "credentialName"), "presents it first")
