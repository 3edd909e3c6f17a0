"""A DestinationRule sends mutual TLS to workloads that take plaintext alone.

With mode DISABLE a sidecar has filter chains for plaintext only. No chain matches the TLS of the
client, so every connection is reset: `503 UC` or `connection reset by peer`.

Fix: make the server's PeerAuthentication PERMISSIVE or STRICT. Where plaintext is wanted, set the
tls mode to DISABLE, or remove every `tls` block of the rule unless the service is headless, since
auto mTLS finds out by itself what a server takes.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ISTIO_MUTUAL, ClientTls, Mode, ServerMode, mode_of
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule


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
        if conflict.demand is not None:
            finding = finding.also(conflict.demand, "decides that the server is DISABLE")
        yield finding
    tls = destination_rule.policy.tls
    if not destination_rule.policy.has("tls") or mode_of(tls) != ISTIO_MUTUAL:
        return
    demand = mesh.security.tls_conflicts.unseen(destination_rule)
    if demand is not None and demand.ref is not None and demand.mode is Mode.DISABLE:
        yield Finding(
            tls.at("mode"),
            f"mutual TLS goes to {destination_rule.host}, and {demand.ref.resource.title} takes plaintext alone "
            "there: clients can't connect, if there are sidecars (the input doesn't show its pods)",
            severity=Severity.WARNING,
        ).also(demand.ref, "decides what the servers take")
