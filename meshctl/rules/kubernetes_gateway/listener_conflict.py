"""Two listeners of a Gateway claim one port with protocols that can't share it.

TCP leaves no room for another listener on its port, and HTTP none for one with TLS; HTTPS and TLS can share one with
different host names. istiod serves the listener that comes first. It marks the other one as conflicted, but not an
HTTP listener and one with TLS that have different host names: there the status says Programmed.

A listener with TLS and no host name leaves no room for plain HTTP either: Envoy finds two filter chains for the same
connections, and refuses the whole port.

Fix: give one of the two listeners another `port`; of HTTPS and TLS another `hostname` will do.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway, KubernetesListener
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=KubernetesGateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report listeners that lose to an earlier one of another protocol."""
    read = mesh.gateway_api.gateway(gateway)
    for one in read.all_listeners if read is not None else ():
        own, rival = one.listener, mesh.gateway_api.unserved.rival(one.listener)
        if one.conflict is not None and _told(own) != _told(one.conflict.winner):
            winner = one.conflict.winner
            rival = f"listener {quoted(winner.name)} ({winner.protocol})", winner.at("port")
        if rival is not None:
            name, place = rival
            text = f"port {one.port} belongs to {name}, so this one ({own.protocol}) is not served"
            yield Finding(own.at("protocol"), text).also(place, "claims the port first")
        elif refused := mesh.gateway_api.unserved.refused(own):
            name, place = refused
            text = f"this listener and {name} take the same connections on port {one.port}: Envoy refuses the whole port"
            yield Finding(own.at("protocol"), text).also(place, "takes the same connections")


def _told(listener: KubernetesListener) -> tuple[str, str]:
    return listener.protocol, listener.hostname.lower()
