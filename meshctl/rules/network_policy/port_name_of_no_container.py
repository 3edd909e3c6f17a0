"""A NetworkPolicy lists a port by a name that no container of its pods has.

A name stands for the container port of that name, not for a port of a Service. Where no container has it, the entry lets
nothing in.

Fix: write the name or number of a container port.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import NetworkPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=NetworkPolicy, severity=Severity.WARNING, since="0.1.0", holds=("ports",))
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that none of the pods in the input has; a policy for all pods is for those outside, too."""
    labels = policy.pod_selector.labels_of("matchLabels")
    if mesh.registry.has_other_pods(labels, policy.namespace):
        return  # istiod's own Deployments name ports, too
    is_narrow = policy.pod_selector.names() or mesh.knows.all_of("Pod", policy.namespace)
    for port in mesh.workloads.network_policies.unnamed_ports(policy):
        text = f"no container of the pods has a port called {quoted(port.text('port'))}"
        yield Finding(
            port.at("port"),
            f"{text}: this entry lets nothing in",
            severity=None if is_narrow else Severity.INFO,
        )
