"""No VirtualService routes for a host of a server.

The host gets a listener and perhaps a certificate, but every request for it is answered with 404
(or, for TCP and passthrough, the connection is closed).

Fix: bind a VirtualService for the host to this Gateway, or remove the host.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import route_kind, server_hosts
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Gateway, severity=Severity.INFO, since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each host that no VirtualService of the Gateway has."""
    name = gateway.key_name
    if not mesh.is_whole and not mesh.traffic.routes.naming(name):
        yield NotChecked("no VirtualService in the input names the Gateway")
        return
    bound = mesh.traffic.routes.bound(name, None)
    for server in gateway.servers:
        if server.https_redirect or server.tls_mode == "AUTO_PASSTHROUGH":
            continue
        without = [
            index
            for index, (namespace, host) in enumerate(server_hosts(server))
            if not any(
                namespace in {"", claim.virtual_service.namespace}
                for claim in bound.overlapping(host)
            )
        ]
        if not without or mesh.gateways.is_lost(server):
            continue
        for index in without:
            yield Finding(
                server.host_at(index),
                f"no VirtualService routes for {quoted(server.hosts[index])} at this Gateway, which "
                + ("answers 404" if route_kind(server) == "http" else "closes connections"),
            )
