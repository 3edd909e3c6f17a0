"""A DestinationRule sends mutual TLS to workloads that take plaintext alone.

With mode DISABLE a sidecar has filter chains for plaintext only. No chain matches the TLS of the
client, so every connection is reset: `503 UC` or `connection reset by peer`.

Fix: make the server's PeerAuthentication PERMISSIVE or STRICT. Where plaintext is wanted, set the
tls mode to DISABLE, or remove every `tls` block of the rule unless the service is headless, since
auto mTLS finds out by itself what a server takes.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ISTIO_MUTUAL, ClientTls, Mode, ServerMode
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule


@rule(
    on=DestinationRule, severity=Severity.ERROR, equivalents=("KIA0505", "KIA0506"), since="0.1.0"
)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report the conflicts of mutual TLS with DISABLE that this rule decides."""
    for conflict in mesh.security.tls_conflicts.of(destination_rule):
        upstream = conflict.first.upstream
        is_mutual = upstream.tls in (ClientTls.ISTIO_MUTUAL, ClientTls.AUTO)
        if not is_mutual or conflict.first.mode is not ServerMode.DISABLE:
            continue
        finding = Finding(
            conflict.place,
            f"mutual TLS goes to {conflict.where}, whose workload {conflict.server} takes "
            f"plaintext alone: the connections of {conflict.who} are reset{conflict.doubt}",
            severity=None if conflict.is_certain else Severity.WARNING,
        )
        if conflict.place.path[-1] == "mode":
            finding = finding.fixed_by(put(conflict.place, "DISABLE"), safe=False)
        if conflict.demand is not None:
            finding = finding.also(conflict.demand, "decides that the server is DISABLE")
        yield finding
    for unseen in mesh.security.tls_conflicts.unseen(destination_rule, ISTIO_MUTUAL, Mode.DISABLE):
        if not unseen.is_near:
            yield NotChecked(
                "the input doesn't show the pods of hosts that get mutual TLS where a PeerAuthentication "
                "above them is DISABLE"
            )
            continue
        yield Finding(
            unseen.place,
            f"mutual TLS goes to {destination_rule.host}, and {unseen.demand.resource.title} takes plaintext alone "
            "there: clients can't connect, if there are sidecars (the input doesn't show its pods)",
            severity=Severity.WARNING,
        ).also(unseen.demand, "decides what the servers take")
