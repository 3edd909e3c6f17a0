"""A workload demands mutual TLS in a namespace whose mode is DISABLE.

Auto mTLS asks the namespace, not the workload: below DISABLE every client sends plaintext, and
the workload's sidecar refuses it. All clients without a DestinationRule of their own get `503 UC`
or `connection reset by peer`.

Fix: make the policy of the namespace (or of the mesh) PERMISSIVE, or give the host a
DestinationRule with tls mode ISTIO_MUTUAL.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ClientTlsCause
from meshctl.resources import PeerAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=PeerAuthentication, severity=Severity.ERROR, since="0.1.0")
def check(policy: PeerAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report the services whose clients send plaintext because of the level above."""
    for conflict in mesh.security.tls_conflicts.of(policy):
        upstream = conflict.first.upstream
        if upstream.cause is not ClientTlsCause.NAMESPACE_DISABLED:
            continue
        finding = Finding(
            conflict.place,
            f"{conflict.server} demands mutual TLS on {conflict.where}, but namespace "
            f"{upstream.host.namespace} is DISABLE, so that auto mTLS sends plaintext and the "
            f"connections are reset{conflict.doubt}",
            severity=None if conflict.is_certain else Severity.WARNING,
        )
        if upstream.ref is not None:
            finding = finding.also(upstream.ref, "turns auto mTLS off for the namespace")
            finding = finding.fixed_by(put(upstream.ref, "PERMISSIVE"), safe=False)
        yield finding
