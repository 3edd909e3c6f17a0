"""Servers demand mutual TLS, but nothing makes clients send it.

With `enableAutoMtls: false` in the mesh config a client without a DestinationRule sends plaintext,
which STRICT servers refuse: `503 UC` or `connection reset by peer` for every such client.

Fix: remove `enableAutoMtls: false`, or give the hosts a DestinationRule with tls mode ISTIO_MUTUAL.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ClientTlsCause
from meshctl.resources import PeerAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=PeerAuthentication,
    severity=Severity.ERROR,
    equivalents=("KIA0401", "KIA0501"),
    since="0.1.0",
)
def check(policy: PeerAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report the services whose clients send plaintext because auto mTLS is off."""
    for conflict in mesh.security.tls_conflicts.of(policy):
        if conflict.first.upstream.cause is ClientTlsCause.AUTO_MTLS_OFF:
            yield Finding(
                conflict.place,
                f"{conflict.server} demands mutual TLS on {conflict.where}, but enableAutoMtls is "
                "false and no DestinationRule sets tls, so that clients send plaintext and their "
                f"connections are reset{conflict.doubt}",
                severity=None if conflict.is_certain else Severity.WARNING,
            )
