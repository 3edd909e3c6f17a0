"""A route of the Gateway API leads to a TLS port of a server, and nothing opens TLS to it.

The gateway ends the clients' TLS and sends plain HTTP on: `400 The plain HTTP request was sent to HTTPS port`,
`502` or a reset.

Fix: give the Service a BackendTLSPolicy, or route to a port that speaks HTTP, or pass TLS through by a TLSRoute.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule

_OPENING = frozenset({"HTTPRoute", "GRPCRoute"})


@rule(
    on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0", needs=("HTTPRoute", "GRPCRoute")
)
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report backends whose port is declared as TLS, and that no policy and no rule opens TLS to."""
    for backend in route.backends if route.kind in _OPENING else ():
        for host in mesh.gateway_api.declared(backend):
            port = host.port(backend.port) if backend.port is not None else None
            if port is None or not port.protocol.is_tls:
                continue
            if mesh.traffic.backend_tls.opens(host, port.name):
                continue
            if mesh.security.tls_origination.may_reach(host.host, port.number):
                continue
            yield Finding(
                backend.at("port"),
                f"port {port.number} of {host.host} is {port.protocol}, but this route brings plain HTTP there "
                "and no BackendTLSPolicy opens TLS to it",
            ).also(port.view.at(), f"declares port {port.number} as {port.protocol}")
