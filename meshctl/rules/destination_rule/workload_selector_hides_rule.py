"""A DestinationRule for some clients takes another rule away from all others beside them.

Once a namespace has a rule for a host, its clients look no further. When that rule has a
workloadSelector, the clients that it doesn't pick get no rule at all, instead of that of the
service's owner or of the root namespace: its subsets (`503 NC`), TLS settings and limits are gone.

Fix: add a rule for the same host without workloadSelector in this namespace that repeats what the
others need.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import selects
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report a selective rule that hides one which clients beside it would follow."""
    if not destination_rule.spec.has("workloadSelector"):
        return
    selector, namespace = destination_rule.workload_selector, destination_rule.namespace
    homes = mesh.registry.homes(mesh.traffic.destination_rules.host_of(destination_rule)) or ()
    hidden = mesh.traffic.destination_rules.hidden_by_selector(destination_rule, homes)
    if hidden is None:
        return
    clients = mesh.workloads.in_mesh(namespace)
    if all(selects(selector, workload.pod_labels) for workload in clients):
        return
    yield Finding(
        destination_rule.spec.at("workloadSelector"),
        f"clients in {namespace} that this selector doesn't pick get no rule at "
        f"all for {destination_rule.host}, not even {hidden.title}",
    ).also(hidden.spec.at("host"), "is hidden from them")
