"""A NetworkPolicy lists a port by a name that no container of the pods has to which connections lead.

A name stands for the container port of that name, not for a port of a Service: on the way in of the pods that the policy
is for, on the way out of those that it leads to. Where no container has it, the entry lets nothing through.

Fix: write the name or number of a container port.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import EGRESS, INGRESS
from meshctl.resources import NetworkPolicy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=NetworkPolicy, severity=Severity.WARNING, since="0.1.0", holds=("ports",))
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that none of the pods in the input has."""
    policies = mesh.workloads.network_policies
    for port, _ in policies.unnamed_ports(policy, INGRESS):
        text = f"no container of the pods has a port called {quoted(port.text('port'))}"
        yield Finding(port.at("port"), f"{text}: this entry lets nothing in")
    for port, home in policies.unnamed_ports(policy, EGRESS):
        known = mesh.knows.all_of("Pod", home)
        text = f"no container of the pods that it leads to has a port called {quoted(port.text('port'))}"
        if not known:
            yield NotChecked(known.reason)
        elif not mesh.registry.has_other_pods({}, home):
            yield Finding(port.at("port"), f"{text}: this entry lets nothing out")
