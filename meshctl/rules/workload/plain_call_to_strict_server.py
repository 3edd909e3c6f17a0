"""A workload calls a Service past any sidecar of its own, and the pods demand mutual TLS.

Its settings name the Service by a URL or an address, in a container or in a ConfigMap that it reads. It
has no sidecar, or leads the port past it (`excludeOutboundPorts`, an empty `includeOutboundIPRanges`). Nothing
encrypts what it sends, and a STRICT port resets connections without mutual TLS: the client sees `connection reset by peer`.

Fix: give the client a sidecar that takes the port, or make the port of the server PERMISSIVE by `portLevelMtls`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ClientKind, Result, ServerMode
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report each Service that a client can't call in plaintext."""
    if workload not in mesh.workloads:
        return
    client = mesh.security.mtls.client(workload)
    alone = client.proxy is ClientKind.NONE
    if not alone and not client.past_sidecar:
        return
    why = "has no sidecar" if alone else "leads the port past its sidecar"
    told = set()
    for call in mesh.sidecar_scope.declared_calls.of(workload):
        if call.speaks_tls or call.host in told:
            continue
        for connection in mesh.security.mtls.connections_to(client, call.host):
            number = connection.upstream.port.number
            if call.port not in {None, number} or connection.server is None:
                continue
            if not alone and number not in client.past_sidecar:
                continue
            if (
                connection.result is not Result.CONFLICT
                or connection.server.mode is not ServerMode.STRICT
            ):
                continue
            told.add(call.host)
            finding = Finding(
                call.place,
                f"{workload.title} {why} and sends plaintext to {call.host.host}:{number}, where "
                f"{connection.server.workload.title} takes mutual TLS alone: the connection is reset",
                severity=None if connection.order_known else Severity.WARNING,
            )
            demand = connection.server.demand
            if demand is not None and demand.ref is not None:
                finding = finding.also(demand.ref, "demands mutual TLS")
            yield finding
            break
