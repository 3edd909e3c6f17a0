"""An application listens on a port of the sidecar.

Envoy and its agent open the ports 15000 to 15090 in the network of the pod. Whoever comes second
can't bind: either the application fails with `address already in use`, or the sidecar never becomes
ready. Traffic to most of these ports isn't redirected, so that no policy holds there either.

Fix: let the application listen on another port, and change `containerPort` with it.
"""

from collections.abc import Iterator

from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import SIDECAR_PORTS, Membership, is_gateway
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0", hazard=True)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report container ports beside a sidecar that are the sidecar's own."""
    if workload not in mesh.workloads or is_gateway(workload):
        return
    if mesh.workloads.membership(workload) is not Membership.SIDECAR:
        return
    for container in workload.containers:
        for port in container.ports if container.name != PROXY_CONTAINER else ():
            use = SIDECAR_PORTS.get(port.number("containerPort") or 0)
            if use is not None and port.text("protocol") in {"", "TCP"}:
                yield Finding(
                    port.at("containerPort"),
                    f"port {port.number('containerPort')} is the sidecar's own ({use}), so that "
                    f"container {container.name} or the sidecar can't open it",
                )
