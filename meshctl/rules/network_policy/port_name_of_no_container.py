"""A NetworkPolicy lists a port by a name that no container of the pods has to which connections lead.

A name stands for the container port of that name, not for a port of a Service: on the way in of the pods that the policy
is for, on the way out of those that it leads to. Where no container has it, the entry lets nothing through.

Fix: write the name or number of a container port.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import EGRESS, INGRESS
from meshctl.resources import NetworkPolicy, View
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=NetworkPolicy, severity=Severity.WARNING, since="0.1.0", holds=("ports",))
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that none of the pods in the input has; a policy for all pods is for those outside, too."""
    yield from _inbound(policy, mesh)
    for port, home in mesh.workloads.network_policies.unnamed_ports(policy, EGRESS):
        known = mesh.knows.all_of("Pod", home)
        if not known:
            yield NotChecked(known.reason)
        elif not mesh.registry.has_other_pods({}, home):
            text = f"no container of the pods that it leads to has a port called {_name(port)}"
            yield Finding(port.at("port"), f"{text}: this entry lets nothing out")


def _inbound(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Finding]:
    labels = policy.pod_selector.labels_of("matchLabels")
    if mesh.registry.has_other_pods(labels, policy.namespace):
        return  # istiod's own Deployments name ports, too
    is_narrow = policy.pod_selector.names() or mesh.knows.all_of("Pod", policy.namespace)
    for port, _ in mesh.workloads.network_policies.unnamed_ports(policy, INGRESS):
        yield Finding(
            port.at("port"),
            f"no container of the pods has a port called {_name(port)}: this entry lets nothing in",
            severity=None if is_narrow else Severity.INFO,
        )


def _name(port: View) -> str:
    return quoted(port.text("port"))
