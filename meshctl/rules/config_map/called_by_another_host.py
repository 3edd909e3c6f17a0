"""An nginx with a sidecar calls a Service by a Host that isn't the Service's.

A sidecar chooses the Service of a request by its Host, not by the address that is dialled. `proxy_set_header Host $host` keeps
the public name, and without the header nginx sends the name of its `upstream`. The mesh knows neither: the request goes on as
plaintext to the address, past the routes for the Service and past mutual TLS, so that a STRICT server resets it, and
`REGISTRY_ONLY` answers 502.

Fix: send the name of the Service as `Host`, and the public one as `X-Forwarded-Host`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ServerMode
from meshctl.mesh.sidecar_scope import REGISTRY_ONLY, OtherAuthority
from meshctl.resources import ConfigMap
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=ConfigMap, severity=Severity.WARNING, since="0.1.0", needs=("ConfigMap",))
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report calls that are refused so, or that routes of the mesh are for."""
    for call in mesh.sidecar_scope.other_authorities.of(config_map):
        effect = _effect(call, mesh)
        if effect:
            yield Finding(
                call.place,
                f"{call.caller.title} calls {call.host.host}:{call.port.number} with the Host "
                f"{quoted(call.written)}, by which its sidecar doesn't find the Service: {effect}",
            )


def _effect(call: OtherAuthority, mesh: Mesh) -> str:
    sidecar = mesh.sidecar_scope.sidecar_of(call.caller)
    if mesh.sidecar_scope.outbound_policy(sidecar) == REGISTRY_ONLY:
        return "REGISTRY_ONLY answers 502"
    for one in (
        mesh.sidecar_scope.declared_callers.of(call.caller) if call.written[0] == "$" else ()
    ):
        if (
            one.port is not None
            and one.port.number == call.port.number
            and one.port.protocol.is_http
        ):
            return f"requests for {one.call.host.host} come back to {call.caller.title}, again and again"
    client = mesh.security.mtls.client(call.caller)
    for connection in mesh.security.mtls.connections_to(client, call.host):
        server = connection.server
        if (
            connection.upstream.port == call.port
            and server is not None
            and server.mode is ServerMode.STRICT
        ):
            return f"the request goes on as plaintext, and {server.workload.title} takes mutual TLS alone"
    routes = mesh.traffic.routes.of_mesh_host(call.host.host, call.caller.namespace)
    return f"{routes.title} has no say" if routes is not None else ""
