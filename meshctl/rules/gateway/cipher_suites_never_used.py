"""A server lists cipher suites, and takes no TLS version that they are for.

`cipherSuites` are those of TLS 1.2 and older. Envoy chooses among its own ones for TLS 1.3, so that the list
restricts nothing where `minProtocolVersion` is `TLSV1_3`.

Fix: remove `cipherSuites`, or let the server take TLS 1.2.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule

_NEWEST = "TLSV1_3"


@rule(on=Gateway, severity=Severity.WARNING, since="0.1.0", holds=("cipherSuites",))
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report lists of servers that speak TLS 1.3 alone."""
    for server in gateway.servers:
        suites = server.tls.texts("cipherSuites")
        if server.terminates_tls and suites and server.tls.text("minProtocolVersion") == _NEWEST:
            place = server.tls.at("cipherSuites")
            yield (
                Finding(
                    server.tls.key("cipherSuites"),
                    "these cipher suites are for TLS 1.2 and older, and this server takes TLS 1.3 alone",
                )
                .also(server.tls.at("minProtocolVersion"), "is the least version")
                .fixed_by(delete(place))
            )
