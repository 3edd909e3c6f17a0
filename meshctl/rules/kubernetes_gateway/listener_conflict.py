"""Two listeners of a Gateway claim one port with protocols that can't share it.

TCP leaves no room for another listener on its port, and HTTP, HTTPS and TLS can share one only with
different host names. istiod serves the listener that comes first and marks the other as conflicted.

Fix: give one of the two listeners another `port`, or another `hostname`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=KubernetesGateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report listeners that lose to an earlier one of another protocol."""
    read = mesh.gateway_api.gateway(gateway)
    for listener in read.all_listeners if read is not None else ():
        conflict = listener.conflict
        if conflict is None or conflict.winner.protocol == listener.listener.protocol:
            continue
        winner = conflict.winner
        yield Finding(
            listener.listener.at("protocol"),
            f"port {listener.port} belongs to listener {quoted(winner.name)} ({winner.protocol}), so this "
            f"one ({listener.listener.protocol}) is not served",
        ).also(winner.at("port"), "claims the port first")
