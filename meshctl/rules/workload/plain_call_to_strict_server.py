"""A workload without a sidecar calls a Service whose pods demand mutual TLS.

Its settings name the Service by a URL, in a container or in a ConfigMap that it reads. Nothing
encrypts what it sends, and a STRICT port resets connections without mutual TLS: the client sees
`connection reset by peer`.

Fix: give the client a sidecar, or make the port of the server PERMISSIVE by `portLevelMtls`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ClientKind, Result, ServerMode
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report each Service that a client outside the mesh can't call."""
    if workload not in mesh.workloads:
        return
    client = mesh.security.mtls.client(workload)
    if client.proxy is not ClientKind.NONE:
        return
    told = set()
    for call in mesh.sidecar_scope.declared_calls.of(workload):
        if call.speaks_tls or call.host in told:
            continue
        for one in mesh.security.mtls.connections_to(client, call.host):
            if call.port not in {None, one.upstream.port.number} or one.server is None:
                continue
            if one.result is not Result.CONFLICT or one.server.mode is not ServerMode.STRICT:
                continue
            told.add(call.host)
            finding = Finding(
                call.place,
                f"{workload.title} has no sidecar and sends plaintext to {call.host.host}:"
                f"{one.upstream.port.number}, where {one.server.workload.title} takes mutual TLS "
                "alone: the connection is reset",
                severity=None if one.order_known else Severity.WARNING,
            )
            demand = one.server.demand
            if demand is not None and demand.ref is not None:
                finding = finding.also(demand.ref, "demands mutual TLS")
            yield finding
            break
