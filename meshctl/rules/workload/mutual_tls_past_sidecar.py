"""Clients send mutual TLS to a port that is led past the sidecar.

Auto mTLS goes by the pod's label, which says that there is a sidecar; it doesn't know
`excludeInboundPorts`. The application itself gets the TLS of the mesh and can't read it: clients
with a sidecar see `503 UC` or a hang-up, clients outside the mesh work.

Fix: give the host a DestinationRule with tls mode DISABLE for that port, or select the workload by
a PeerAuthentication that says DISABLE for the container port, or let the sidecar take the port.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ServerMode
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports without a sidecar that clients take for ports with one."""
    for conflict in mesh.security.tls_conflicts.of(workload):
        server = conflict.first.server
        hosts = {connection.upstream.host.host for connection in conflict.connections}
        if hosts <= mesh.injection.admission_hosts:
            continue  # only the API server calls them, which is no client of the mesh
        if server is None or conflict.first.mode is not ServerMode.NONE:
            continue
        if mesh.workloads.container_ports.is_exposed(workload) and not _is_called(workload, mesh):
            continue  # a controller of Ingresses, whose clients come from outside
        ports = [(one.upstream.host, one.upstream.port) for one in conflict.connections]
        named = {(host.host, port.number) for host, port in ports}
        callers = mesh.sidecar_scope.declared_callers.of(workload)
        is_for_metrics = all("metrics" in port.name or "prom" in port.name for _, port in ports)
        if is_for_metrics and not any(
            (one.call.host.host, one.call.port) in named for one in callers
        ):
            continue  # a Prometheus outside the mesh asks for them
        yield Finding(
            conflict.place,
            f"port {server.port} is led past the sidecar, but {conflict.who} send mutual TLS to "
            f"{conflict.where}, which the application can't read",
        )


def _is_called(workload: Workload, mesh: Mesh) -> bool:
    """Does anybody in the mesh name a Service in front of it, or a gateway route there?"""
    callers = mesh.sidecar_scope.declared_callers.of(workload)
    return bool(callers or mesh.reachability.ingress_paths.into(workload))
