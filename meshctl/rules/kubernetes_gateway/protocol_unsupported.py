"""A listener has a protocol that Istio doesn't serve.

Istio serves HTTP, HTTPS, TLS and TCP, written in capitals; HBONE is for waypoints. Such a listener
is not accepted, and nothing listens on its port.

Fix: write one of these into the listener's `protocol`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_SERVED = frozenset({"HTTP", "HTTPS", "TLS", "TCP"})


@rule(on=KubernetesGateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report listeners that are not accepted for their protocol; of a missing one the schema speaks."""
    read = mesh.gateway_api.gateway(gateway)
    for listener in read.all_listeners if read is not None else ():
        accepted = listener.conditions["Accepted"]
        is_unsupported = accepted.reason == "UnsupportedProtocol" and listener.listener.protocol
        if is_unsupported and accepted.ref is not None:
            found = Finding(
                accepted.ref, f"listener {quoted(listener.listener.name)}: {accepted.text}"
            )
            meant = listener.listener.protocol.upper()
            if meant in _SERVED:
                found = found.fixed_by(put(accepted.ref, meant))
            yield found
