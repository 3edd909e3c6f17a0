"""A server binds its port to localhost, and a Service leads to that port.

Since Istio 1.10 the sidecar connects to the address of the pod, as the kubelet would, and nobody
listens there: `503 upstream connect error … connection refused`. Before, it connected to 127.0.0.1,
and such a server worked in the mesh alone.

Fix: bind to 0.0.0.0 (or leave the address out); to keep the port from everybody else, use an
AuthorizationPolicy, or a Sidecar whose ingress has `defaultEndpoint: 127.0.0.1:<port>`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership, loopback_ports
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=Workload,
    severity=Severity.WARNING,
    equivalents=("IST0143",),
    since="0.1.0",
    holds=("args", "command", "env"),
)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report written addresses of localhost on ports that a Service leads to."""
    if workload not in mesh.workloads:
        return
    if mesh.workloads.membership(workload) is not Membership.SIDECAR:
        return
    bound = [found for container in workload.containers for found in loopback_ports(container)]
    sidecar = mesh.sidecar_scope.sidecar_of(workload) if bound else None
    if sidecar is not None and sidecar.spec.has("ingress"):
        return
    served = (
        {target: port for port, target in mesh.workloads.container_ports.in_front_of(workload)}
        if bound
        else {}
    )
    for number, place in bound:
        if number in served:
            port = served[number]
            yield Finding(
                place,
                f"the server listens on localhost:{number} alone, and the sidecar connects to the "
                "pod's address: connection refused",
            ).also(port.view.at(), f"leads to container port {number}")
