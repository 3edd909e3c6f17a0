"""Pods of a headless service demand mutual TLS while others behind it have no sidecar.

Clients dial the pods of a headless service by address, so auto mTLS can't choose for each of them:
it is on when every pod has a sidecar, and off for all of them when one has none. The pods with a
sidecar then get plaintext, which STRICT refuses: databases and StatefulSets lose their peers.

Fix: inject the sidecar into all pods behind the service, or make the policy of these pods
PERMISSIVE.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ClientTlsCause
from meshctl.resources import PeerAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED


@rule(on=PeerAuthentication, severity=Severity.ERROR, since="0.1.0")
def check(policy: PeerAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report the headless services for which one pod turns auto mTLS off."""
    for conflict in mesh.security.tls_conflicts.of(policy):
        upstream = conflict.first.upstream
        if upstream.cause is not ClientTlsCause.PODS_WITHOUT_SIDECAR:
            continue
        finding = Finding(
            conflict.place,
            f"{conflict.server} demands mutual TLS on {conflict.where}, but not every pod behind "
            "this headless service has a sidecar, so that auto mTLS sends plaintext to all of "
            f"them and the connections are reset{conflict.doubt}",
            severity=None if conflict.is_certain else Severity.WARNING,
        )
        for workload in mesh.security.mtls.without_sidecar(upstream.host)[:MOST_LISTED]:
            finding = finding.also(workload.at("metadata", "name"), "has no sidecar")
        yield finding
