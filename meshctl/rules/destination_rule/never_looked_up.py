"""No client ever reads this DestinationRule.

A client looks for a rule in its own namespace, then in the namespace of the service, then in the
root namespace, and follows the first one. A rule anywhere else is for the clients of its own namespace alone,
whatever its exportTo says, and a rule of the root namespace for nobody where the service's namespace has one for
all. Its settings and subsets are missing at run time: no TLS, no limits, and `503 NC`
for routes to its subsets.

Fix: move the DestinationRule to the namespace of the service, or to that of the clients it is for,
and let `exportTo` include them.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, append, rule


@rule(
    on=DestinationRule,
    severity=Severity.ERROR,
    since="0.1.0",
    renamed_from=("destination-rule/off-lookup-path",),
)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report a rule that lies on nobody's way to its host."""
    namespace = destination_rule.namespace
    policies = mesh.traffic.destination_rules
    host = policies.host_of(destination_rule)
    homes = mesh.registry.homes(host) or {namespace}
    if first := policies.outranked_by(destination_rule, homes):
        yield Finding(
            destination_rule.spec.at("host"),
            f"clients look in the service's namespace first, and find {first.title}: no client reads this rule",
            severity=Severity.WARNING,
        ).also(first.spec.at("host"), "comes first for all of them")
    if not policies.is_for_home(destination_rule, homes):
        return
    if not host.endswith(f".svc.{mesh.config.domain}") and not (
        entries := mesh.knows.everywhere("ServiceEntry")
    ):
        yield NotChecked(entries.reason)  # anybody may declare a host outside the cluster
        return
    where = f"the service lives in {', '.join(sorted(homes)[:3])}"
    if not policies.is_read_at_home(destination_rule):
        yield Finding(
            destination_rule.spec.at("exportTo"),
            f"{where}, so only clients of namespace {namespace} look for a rule here, and "
            "exportTo leaves just them out: no client reads this rule",
        ).fixed_by(append(destination_rule.spec.at("exportTo"), "."), safe=False)
    elif not (known := mesh.knows.all_of("Pod", namespace)):
        yield NotChecked(known.reason)
    elif not mesh.workloads.in_mesh(namespace):
        yield Finding(
            destination_rule.spec.at("host"),
            f"{where}, so only clients of namespace {namespace} look for a rule here, and none "
            "of its workloads has a sidecar: no client reads this rule",
            severity=Severity.WARNING,
        )
