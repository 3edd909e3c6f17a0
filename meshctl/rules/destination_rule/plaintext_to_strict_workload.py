"""A DestinationRule sends plaintext to workloads that demand mutual TLS.

The server's sidecar has no filter chain for plaintext on a STRICT port, so it closes every
connection. Clients see `503 UC`, `upstream connect error or disconnect/reset before headers`, or
`Connection reset by peer` on a TCP port.

Fix: set the tls mode to ISTIO_MUTUAL, in the entry of the port where there is one; or remove every
`tls` block of the rule, since auto mTLS finds out by itself what servers take by their namespace.
Where plaintext is wanted, make the server's PeerAuthentication PERMISSIVE.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import DISABLE, ClientTls, ClientTlsCause, Mode, ServerMode
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule

_WORDS = {
    ClientTlsCause.RULE: "tls mode DISABLE sends plaintext",
    ClientTlsCause.CREDENTIAL_DROPPED: "sidecars drop these TLS settings, so they send plaintext",
    ClientTlsCause.AUTO_MTLS: "this entry has no tls, and the mode above it turns auto mTLS off here",
}


@rule(
    on=DestinationRule, severity=Severity.ERROR, equivalents=("KIA0207", "KIA0208"), since="0.1.0"
)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report the conflicts of plaintext with STRICT that this rule decides."""
    for conflict in mesh.security.tls_conflicts.of(destination_rule):
        upstream = conflict.first.upstream
        is_plain = upstream.tls in (ClientTls.PLAINTEXT, ClientTls.AUTO)
        if not is_plain or conflict.first.mode is not ServerMode.STRICT:
            continue
        finding = Finding(
            conflict.place,
            f"{_WORDS.get(upstream.cause, upstream.cause)} to {conflict.where}, whose workload "
            f"{conflict.server} demands mutual TLS: the connections of "
            f"{conflict.who} are reset{conflict.doubt}",
            severity=None if conflict.is_certain else Severity.WARNING,
        )
        if upstream.cause is ClientTlsCause.RULE:
            finding = finding.fixed_by(put(conflict.place, "ISTIO_MUTUAL"), safe=False)
        if conflict.demand is not None:
            finding = finding.also(conflict.demand, "decides that the server is STRICT")
        yield finding
    for unseen in mesh.security.tls_conflicts.unseen(destination_rule, DISABLE, Mode.STRICT):
        if not unseen.is_near:
            yield NotChecked(
                "the input doesn't show the pods of hosts that get plaintext where a PeerAuthentication "
                "above them is STRICT"
            )
            continue
        yield Finding(
            unseen.place,
            f"plaintext goes to {destination_rule.host}, and {unseen.demand.resource.title} demands mutual TLS "
            "there: clients can't connect, if there are sidecars (the input doesn't show its pods)",
            severity=Severity.WARNING,
        ).also(unseen.demand, "decides what the servers take")
