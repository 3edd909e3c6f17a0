"""A policy turns TLS off for pods of a headless service, but clients send it mutual TLS.

Clients dial the pods of a headless service by address, and auto mTLS decides for the service as a
whole by its sidecars and its namespace: a DISABLE for some pods or one port is not seen. The pods
have no filter chain for the TLS that arrives, so every connection of a sidecar is reset.

Fix: give the host a DestinationRule with tls mode DISABLE for that port, or make the policy
PERMISSIVE, which takes both.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ClientTlsCause
from meshctl.resources import PeerAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=PeerAuthentication, severity=Severity.ERROR, since="0.1.0")
def check(policy: PeerAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report the headless services whose clients can't see this DISABLE."""
    for conflict in mesh.security.tls_conflicts.of(policy):
        if conflict.first.upstream.cause is ClientTlsCause.ALL_OR_NOTHING:
            yield Finding(
                conflict.place,
                f"{conflict.server} takes plaintext alone on {conflict.where}, but auto mTLS "
                "sends mutual TLS to all pods of this headless service: sidecars' connections "
                f"are reset{conflict.doubt}",
                severity=None if conflict.is_certain else Severity.WARNING,
            ).fixed_by(put(conflict.place, "PERMISSIVE"), safe=False)
