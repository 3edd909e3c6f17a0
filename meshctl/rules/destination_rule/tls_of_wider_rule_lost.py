"""A DestinationRule without `tls` takes the `tls` of a wider rule away from its host.

A proxy follows one DestinationRule for a host, that of the most specific host, and merges nothing
of a wider one (`*.bank.test`, `*.local`, or the one beside the service). Where that one opens TLS,
requests to this host go out as plaintext: the server answers with a reset or `400`, or, worse,
takes them.

Fix: repeat the `tls` block of the wider rule here.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ISTIO_MUTUAL, MUTUAL, SIMPLE, mode_of
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(
    on=DestinationRule,
    severity=Severity.WARNING,
    equivalents=("KIA0204",),
    since="0.1.0",
    renamed_from=("destination-rule/wider-tls-lost",),
)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report a rule that says nothing of TLS where the next one on its clients' path does."""
    own = destination_rule.policy
    if own.has("tls") or any(entry.has("tls") for entry in own.ports):
        return
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    beside = mesh.traffic.destination_rules.same_host(destination_rule)
    homes = mesh.registry.homes(host) or ()
    wider = mesh.traffic.destination_rules.next_on_path(destination_rule, homes)
    if wider is None or any(each_rule.policy.has("tls") for each_rule in beside):
        return
    mode = mode_of(wider.policy.tls)
    # Auto mTLS sends the mesh's own mutual TLS, and plaintext, where servers take it.
    if mode not in {SIMPLE, MUTUAL} and (mode != ISTIO_MUTUAL or mesh.config.auto_mtls):
        return
    yield (
        Finding(
            destination_rule.spec.at("host"),
            f"clients in {destination_rule.namespace} follow this rule for {host}, which has no tls, "
            f"instead of {wider.title} with tls mode {mode}: they send plaintext",
        )
        .also(wider.policy.tls.at("mode"), "is lost for this host")
        .fixed_by(put(own.at("tls"), wider.policy.tls.data), safe=False)
    )
