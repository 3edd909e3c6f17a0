"""A rule names the port of a Service, not that of the container.

The sidecar sees a connection after Kubernetes has translated its port. A rule for the Service's
number never matches: an ALLOW rule lets nobody in (`403`), and what a DENY rule was to refuse is
let in.

Fix: write the `targetPort` of the Service, the number that the container listens on.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import written_ports
from meshctl.mesh.workloads import Membership
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report numbers that only Services in front of all the workloads have."""
    ports = [port for entry in policy.rules for port in written_ports(entry)]
    if policy.target_refs or not ports:
        return
    workloads = mesh.security.authorization.reached(policy)
    for port, place in ports:
        mapped = mesh.workloads.container_ports.only_of_services(workloads, port)
        if mapped is None:
            continue
        modes = {mesh.workloads.membership(workload) for workload in workloads}
        finding = Finding(
            place,
            f"{port} is the port of {mapped.port.resource.title}, which lands on container port "
            f"{mapped.target}: no connection ever comes to {port}",
            severity=Severity.WARNING if Membership.UNKNOWN in modes else None,
        ).also(mapped.port.at("targetPort"), f"port {port} becomes {mapped.target} here")
        if len(mapped.targets) == 1:
            finding = finding.fixed_by(put(place, str(mapped.target)), safe=False)
        yield finding
