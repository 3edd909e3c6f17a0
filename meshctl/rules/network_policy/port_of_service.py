"""A NetworkPolicy lists the port of a Service, and packets carry the port of the container.

Kubernetes replaces the Service's port before a NetworkPolicy sees the connection, so that an entry
by the Service's number lets nothing in, and the port behind it stays closed.

Fix: write the container port, or its name.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import INGRESS
from meshctl.resources import NetworkPolicy
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=NetworkPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report numbers that only Services have, where no policy lets the container port in."""
    for number, port in mesh.workloads.network_policies.numbers(policy, INGRESS):
        closed = mesh.clauses.network_gaps.closed_port(policy, number)
        if closed is not None:
            yield (
                Finding(
                    port.at("port"),
                    f"{number} is a port of {closed.port.resource.title}, and "
                    f"{closed.workload.title} listens on {closed.target}: nothing may reach it there",
                )
                .also(closed.port.at("port"), f"leads to {closed.target}")
                .fixed_by(put(port.at("port"), closed.target), safe=False)
            )
