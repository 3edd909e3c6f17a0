"""A DestinationRule outside the root namespace is for every host of the mesh.

All clients of this namespace follow it for all hosts they call, and the rules that the owners of
those services and the platform wrote are not read for them any more, not even in part: their
subsets are gone (`503 NC`), their TLS settings and limits too.

Fix: name the hosts it is meant for, such as `*.shop.svc.cluster.local`; a default for the whole
mesh belongs to the platform, into the root namespace.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import covers, is_wildcard
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=DestinationRule,
    severity=Severity.WARNING,
    since="0.1.0",
    renamed_from=("destination-rule/mesh-wide-from-team",),
)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report a wildcard that covers services of all namespaces."""
    host = destination_rule.host
    if destination_rule.namespace == mesh.config.root_namespace or not is_wildcard(host):
        return
    is_meant = mesh.ownership.is_platform(destination_rule.namespace)
    if is_meant or not covers(host, f"*.svc.{mesh.config.domain}"):
        return
    finding = Finding(
        destination_rule.spec.at("host"),
        f"{host} covers every service of the mesh: clients in {destination_rule.namespace} follow "
        "this rule alone, and no rule of a service's owner or of the root namespace",
    )
    hidden = mesh.traffic.destination_rules.replaced_by(destination_rule)
    if hidden is not None:
        finding = finding.also(hidden.spec.at("host"), "is not read by these clients")
    yield finding
