"""A VirtualService for a public host isn't bound to the Gateway that serves it.

Without `gateways` it is for sidecars only. The ingress gateway lets the host in, finds no route
for it and answers 404, though the rules are there.

Fix: add the Gateway to `spec.gateways` (and `mesh`, if sidecars should use the rules as well).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import in_cluster, is_wildcard
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule

ANY_HOST = "*"
MESH = "mesh"


@rule(
    on=VirtualService, severity=Severity.WARNING, since="0.1.0",
    renamed_from=("virtual-service/mesh-only-public-host",), needs=("Gateway",),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts that only a Gateway knows, and no VirtualService at that Gateway."""
    if set(service.gateways) - {MESH} or not service.http:
        return
    for index, host in enumerate(service.hosts):
        inside = in_cluster(host, mesh.config.domain) or mesh.registry.find(host, service.namespace)
        if "." not in host or is_wildcard(host) or inside or mesh.registry.at(host):
            continue
        servers = [
            server
            for _, server in mesh.gateways.serving(host)
            if server.routes_http and ANY_HOST not in server.sni_hosts
        ]
        names = {server.gateway_name for server in servers}
        if servers and not any(mesh.traffic.routes.bound(name, None).first(host) for name in names):
            yield Finding(
                service.spec.at("hosts", index),
                f"Gateway {servers[0].gateway_name} serves {host} and has no route for it, since "
                "this VirtualService names no gateways and so is for sidecars alone",
            ).also(servers[0].server.key("hosts"), "serves the host")
