"""A GRPCRoute leads to a port that is declared as HTTP, which proxies call by HTTP/1.1.

gRPC needs HTTP/2. Envoy chooses the protocol of the upstream by the declaration of the port: for `http` it is HTTP/1.1,
whatever the client sent. Calls fail with `UNAVAILABLE` or a reset.

Fix: name the port `grpc`, or write `appProtocol: kubernetes.io/h2c` or `grpc`.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import Protocol
from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0", needs=("GRPCRoute",))
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report backends of GRPCRoutes on HTTP ports that no DestinationRule upgrades."""
    if mesh.config.raw.get("h2UpgradePolicy") == "UPGRADE":
        return
    for backend in route.backends if route.kind == "GRPCRoute" else ():
        for host in mesh.gateway_api.declared(backend):
            port = host.port(backend.port) if backend.port is not None else None
            rules = mesh.traffic.destination_rules.covering(host.host)
            is_upgraded = any("h2UpgradePolicy" in str(rule.spec.data) for rule in rules)
            if port is not None and port.protocol is Protocol.HTTP and not is_upgraded:
                yield Finding(
                    backend.at("port"),
                    f"port {port.number} of {host.host} is declared as HTTP, so proxies call it by HTTP/1.1, "
                    "which carries no gRPC",
                ).also(port.view.at(), "declares the port")
