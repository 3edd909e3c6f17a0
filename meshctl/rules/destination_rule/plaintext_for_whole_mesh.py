"""A DestinationRule in the root namespace turns mutual TLS off for every Service.

All clients follow it for hosts without a rule of their own, so that they send plaintext although
auto mTLS would encrypt: nobody has an identity any more, ALLOW rules by identity let nobody in, and
STRICT servers refuse everybody.

Fix: remove `tls` from the rule; name the hosts that take no mutual TLS in rules of their own.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import covers
from meshctl.mesh.security import Mode
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule

_PLAINTEXT = "DISABLE"


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report `tls.mode: DISABLE` for all hosts, unless another rule tells of the broken ones."""
    if destination_rule.namespace != mesh.config.root_namespace or not mesh.config.auto_mtls:
        return
    is_limited = destination_rule.export_to or destination_rule.spec.has("workloadSelector")
    if is_limited and set(destination_rule.export_to) != {"*"}:
        return
    tls = destination_rule.policy.child("tls")
    if tls.text("mode") != _PLAINTEXT:
        return
    if not covers(destination_rule.host, f"*.svc.{mesh.config.domain}"):
        return
    conflicts = mesh.security.tls_conflicts
    unseen = conflicts.unseen(destination_rule, _PLAINTEXT, Mode.STRICT)
    if conflicts.of(destination_rule) or any(unseen_conflict.is_near for unseen_conflict in unseen):
        return
    is_alone = destination_rule.policy.names() == ("tls",)
    place = destination_rule.policy.at() if is_alone else tls.at()
    yield Finding(
        tls.at("mode"),
        f"clients in the whole mesh send plaintext to {destination_rule.host}, although auto mTLS "
        "would encrypt: servers don't know who they are",
    ).fixed_by(delete(place), safe=False)
