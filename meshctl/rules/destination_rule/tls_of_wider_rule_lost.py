"""A DestinationRule without `tls` takes the `tls` of a wider rule away from its host.

A proxy follows one DestinationRule for a host, that of the most specific host, and merges nothing
of a wider one (`*.bank.test`, `*.local`, or the one beside the service). Where that one opens TLS,
requests to this host go out as plaintext: the server answers with a reset or `400`, or, worse,
takes them. A BackendTLSPolicy counts as a rule beside its backend: rules in the namespaces of clients hide
it, and beside it those with `exportTo`.

Fix: repeat the `tls` block of the wider rule here; beside a BackendTLSPolicy, remove `exportTo`.
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
    rules = mesh.traffic.destination_rules
    host, policy = rules.host_of(destination_rule), rules.parted_from(destination_rule)
    homes = mesh.registry.homes(host) or ()
    wider = policy or rules.next_on_path(destination_rule, homes)
    beside = (one for one in rules.same_host(destination_rule) if one is not policy)
    if wider is None or any(each_rule.policy.has("tls") for each_rule in beside):
        return
    tls = (
        wider.policy.ports[0].tls if wider.is_generated and wider.policy.ports else wider.policy.tls
    )
    mode = mode_of(tls)
    # Auto mTLS sends the mesh's own mutual TLS, and plaintext, where servers take it.
    if mode not in {SIMPLE, MUTUAL} and (mode != ISTIO_MUTUAL or mesh.config.auto_mtls):
        return
    finding = Finding(
        destination_rule.spec.at("host"),
        f"clients in {destination_rule.namespace} follow this rule for {host}, which has no tls, "
        f"instead of {wider.title} with tls mode {mode}: they send plaintext",
    ).also(tls.at("mode"), "is lost for this host")
    if not wider.is_generated:
        finding = finding.fixed_by(put(own.at("tls"), tls.data), safe=False)
    yield finding
