"""No VirtualService routes for a host of a server, or none in the way that the server takes.

The host gets a listener and perhaps a certificate, but every request for it is answered with 404
(or, for TCP and passthrough, the connection is closed). A server for HTTP uses `http` routes alone, one that
passes TLS through `tls` routes, any other `tcp` routes.

Fix: bind a VirtualService with such routes for the host to this Gateway, or remove the host.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import route_kind, server_hosts
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Gateway, severity=Severity.INFO, since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each host that no VirtualService of the Gateway has routes for."""
    name = gateway.key_name
    if not mesh.is_whole and not mesh.traffic.routes.naming(name):
        yield NotChecked("no VirtualService in the input names the Gateway")
        return
    bound = mesh.traffic.routes.bound(name, None)
    for server in gateway.servers:
        if server.https_redirect or server.tls_mode == "AUTO_PASSTHROUGH":
            continue
        kind = route_kind(server)
        routing = bound.with_rules(kind)
        without = [
            (index, host)
            for index, host in enumerate(server_hosts(server))
            if not routing.has_any_for(host.host, host.namespace)
        ]
        if not without or mesh.gateways.is_lost(server):
            continue
        then = "answers 404" if kind == "http" else "closes connections"
        for index, host in without:
            verb = (
                f"has {kind} routes" if bound.has_any_for(host.host, host.namespace) else "routes"
            )
            yield Finding(
                server.host_at(index),
                f"no VirtualService {verb} for {quoted(server.hosts[index])} at this Gateway, which {then}",
            )
