"""A NetworkPolicy names pods by labels that only pods of another namespace have.

A `podSelector` without a `namespaceSelector` beside it is for pods of the policy's own namespace. The entry lets nobody in or
out; the pods that were meant get a timeout.

Fix: add a `namespaceSelector` to the same entry, as `kubernetes.io/metadata.name: <namespace>`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import EGRESS, INGRESS
from meshctl.resources import NetworkPolicy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=NetworkPolicy, severity=Severity.WARNING, since="0.1.0", holds=("from", "to"))
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report peers that pick no pod of the namespace, and some of others."""
    policies = mesh.workloads.network_policies
    for direction in (INGRESS, EGRESS):
        for peer, elsewhere in policies.absent_peers(policy, direction):
            labels = peer.child("podSelector").labels_of("matchLabels")
            if not elsewhere or mesh.registry.has_other_pods(labels, policy.namespace):
                continue
            known = mesh.knows.all_of("Pod", policy.namespace)
            if not known:
                yield NotChecked(known.reason)
                continue
            yield Finding(
                peer.key("podSelector"),
                f"no pod of namespace {policy.namespace} has these labels, only such as {elsewhere[0].title}: without a "
                "namespaceSelector this entry is for nobody",
            ).also(elsewhere[0].at("metadata", "name"), "has the labels")
