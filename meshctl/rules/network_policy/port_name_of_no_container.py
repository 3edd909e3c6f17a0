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
    """Report names that none of the pods in the input has."""
    for port in mesh.workloads.network_policies.unnamed_ports(policy):
        text = f"no container of the pods has a port called {quoted(port.text('port'))}"
        yield Finding(port.at("port"), f"{text}: this entry lets nothing in")
