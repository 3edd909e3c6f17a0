"""Several Services lead to one port of a workload from different ports of their own.

The sidecar of the server has one listener for the container port and takes the settings of one of
the Services. Where they agree on the protocol this works; where they don't, the others' traffic is
handled by the wrong protocol.

Fix: give the Services the same port, or let each lead to a container port of its own.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership, shared_ports
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=Workload, severity=Severity.WARNING, equivalents=("IST0137",), since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report each container port that is reached by several numbers."""
    if mesh.workloads.membership(workload) is Membership.NONE:
        return
    for shared in shared_ports(workload, mesh.workloads.container_ports):
        target, ports, numbers, families = shared
        if len(numbers) == 1:
            continue
        agree = len(families) == 1
        first = ports[:MOST_LISTED]
        named = [f"{port.service} by {port.number} ({port.protocol})" for port in first]
        listed = shortened(named, MOST_LISTED, len(ports))
        finding = Finding(
            workload.at("metadata", "name"),
            f"Services lead to container port {target} from different ports: {listed}",
            severity=Severity.INFO if agree else None,
        )
        for port in first:
            finding = finding.also(port.place, f"leads to {target} from {port.number}")
        yield finding
