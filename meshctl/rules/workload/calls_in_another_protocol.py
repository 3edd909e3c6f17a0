"""A workload calls a port with TLS that is declared as HTTP, or with plain HTTP one that speaks TLS.

Sidecars read a port named `http-…` as HTTP and nothing else: the TLS that an application opens itself
breaks there, on the client's side and on the server's (`wrong version number`, or a reset). Plain
HTTP to a port named `https-…` or `tls-…` passes unread, and the application answers `400 The plain HTTP
request was sent to HTTPS port`.

Fix: write the scheme that the port speaks, or name the port of the Service or ServiceEntry after it.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule

_HTTPS, _PLAIN = frozenset({"https", "wss", "grpcs"}), frozenset({"http", "ws"})


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report calls whose scheme the port doesn't speak, each port of a host once."""
    if workload not in mesh.workloads:
        return
    calls = mesh.sidecar_scope.declared_calls
    for call in (*calls.of(workload), *calls.outside(workload)):
        port = call.host.port(call.port) if call.port is not None else None
        if port is None:
            continue
        name = f"{call.host.host}:{port.number}"
        if call.scheme in _HTTPS and port.protocol.is_http:
            ends = (workload, *mesh.workloads.behind(call.host))
            if any(mesh.workloads.membership(one) is Membership.SIDECAR for one in ends):
                text = f"sidecars read port {port.number} as {port.protocol}, and break the TLS"
                yield Finding(
                    call.place, f"{workload.title} calls {name} by {call.scheme}://: {text}"
                ).also(port.view.at(), "declares the port")
        elif (
            call.scheme in _PLAIN
            and port.protocol.is_tls
            and not mesh.security.tls_origination.may_reach(call.host.host, port.number)
        ):
            text = f"and the port speaks {port.protocol}"
            yield Finding(
                call.place, f"{workload.title} calls {name} by {call.scheme}://, {text}"
            ).also(port.view.at(), "declares the port")
