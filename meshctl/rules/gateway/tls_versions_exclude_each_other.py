"""The least TLS version of a server is above the greatest one.

Envoy offers the versions from `minProtocolVersion`, without which it is TLS 1.2, up to `maxProtocolVersion`.
Where there are none, every handshake ends with `no supported versions enabled`, and nothing is logged at
start.

Fix: lower `minProtocolVersion`, or raise or remove `maxProtocolVersion`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule

_VERSIONS = {"TLSV1_0": "1.0", "TLSV1_1": "1.1", "TLSV1_2": "1.2", "TLSV1_3": "1.3"}
_DEFAULT = "TLSV1_2"
"""The least version where none is written (convertTLSProtocol in pilot/pkg/networking/core/gateway.go,
Istio 1.31, leaves the choice to Envoy, whose servers begin with 1.2)."""


@rule(on=Gateway, severity=Severity.ERROR, since="0.1.0", holds=("maxProtocolVersion",))
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report servers that open TLS and have no version for it."""
    for server in gateway.servers:
        least, most = (server.tls.text(f"{end}ProtocolVersion") for end in ("min", "max"))
        least = least if least in _VERSIONS else _DEFAULT
        if server.terminates_tls and most in _VERSIONS and most < least:
            yield Finding(
                server.tls.at("maxProtocolVersion"),
                f"TLS {_VERSIONS[most]} is the greatest version and {_VERSIONS[least]} the least, so that "
                "no client can connect",
            )
