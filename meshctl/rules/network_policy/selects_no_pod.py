"""The podSelector of a NetworkPolicy picks no pod of its namespace.

It isolates nobody and lets nobody in: pods that it was meant for stay open, or closed by another one.

Fix: write labels that the pods have into `podSelector`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import NetworkPolicy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=NetworkPolicy, severity=Severity.INFO, since="0.1.0")
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors without any pod, where the input has all that makes pods."""
    labels = policy.pod_selector.labels_of("matchLabels")
    if not policy.pod_selector.names() or mesh.workloads.network_policies.selected(policy):
        return
    if labels and mesh.registry.has_other_pods(labels, policy.namespace):
        return
    known = mesh.knows.all_of("Pod", policy.namespace)
    if not known:
        yield NotChecked(known.reason)
        return
    yield Finding(
        policy.spec.at("podSelector"),
        f"no workload of namespace {policy.namespace} has these labels, so this policy is for no pod",
    )
