"""Several Services lead to one port of a workload and call its protocol differently.

The sidecar of the server has one listener for a container port and takes the protocol of one of
the Services, usually the oldest. If that is TCP, HTTP policies and metrics are missing for all; if
it is HTTP and the port speaks something else, connections fail.

Fix: give the port the same protocol in all Services, by name or by `appProtocol`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership, shared_ports
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=Workload, severity=Severity.WARNING, equivalents=("IST0116",), since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report each container port that Services reach by one number with several protocols."""
    if mesh.workloads.membership(workload) is Membership.NONE:
        return
    for shared in shared_ports(workload, mesh.workloads.container_ports):
        target, ports, numbers, families = shared
        if len(families) < 2 or len(numbers) > 1:  # noqa: PLR2004 - fewer can't disagree
            continue
        first = ports[:MOST_LISTED]
        named = [f"{port.service} says {port.protocol}" for port in first]
        listed = shortened(named, MOST_LISTED, len(ports))
        finding = Finding(
            workload.at("metadata", "name"),
            f"Services disagree on what container port {target} speaks: {listed}",
        )
        for port in first:
            finding = finding.also(port.place, f"says {port.protocol}")
        yield finding
