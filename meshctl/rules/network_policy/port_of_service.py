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
    policies = mesh.workloads.network_policies
    workloads = policies.selected(policy)
    for number, port in policies.numbers(policy, INGRESS):
        for workload in workloads:
            found = mesh.workloads.container_ports.only_of_service(workload, number)
            if found is None or policies.admits(workload, INGRESS, None, found[1]) is not False:
                continue
            yield (
                Finding(
                    port.at("port"),
                    f"{number} is a port of {found[0].resource.title}, and {workload.title} listens on "
                    f"{found[1]}: nothing may reach it there",
                )
                .also(found[0].at("port"), f"leads to {found[1]}")
                .fixed_by(put(port.at("port"), found[1]), safe=False)
            )
            break
