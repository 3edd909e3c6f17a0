"""Two listeners of a Gateway, or of a ListenerSet for it, have the same port, protocol and host name.

They can't be told apart: the API server refuses the Gateway where it can tell, and istiod serves the
first one and marks the other as conflicted. Those of the Gateway come first, then those of the oldest ListenerSet.

Fix: give each listener of the Gateway a `hostname` or `port` of its own, or join the two.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway, KubernetesListener
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=KubernetesGateway, severity=Severity.ERROR, equivalents=("KIA1503",), since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each listener after the first of its combination; those of ListenerSets beside their objects."""
    yield from _of_sets(gateway, mesh)
    seen: dict[tuple[int | None, str, str], KubernetesListener] = {}
    for listener in gateway.listeners:
        key = (listener.port, listener.protocol, listener.hostname.lower())
        first = seen.setdefault(key, listener)
        if first is not listener:
            yield Finding(
                listener.at("hostname" if listener.hostname else "port"),
                f"listener {quoted(first.name)} has port {listener.port}, protocol {listener.protocol} "
                f"and host name {listener.hostname or '*'} already",
            ).also(first.at("name"), "the first one")


def _of_sets(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    read = mesh.gateway_api.gateway(gateway)
    for one in read.all_listeners if read is not None else ():
        own, conflict = one.listener, one.conflict
        if own.resource is gateway or conflict is None or own.protocol != conflict.winner.protocol:
            continue
        winner = conflict.winner
        if own.hostname.lower() == winner.hostname.lower() and winner is not own:
            yield Finding(
                own.at("hostname" if own.hostname else "port"),
                f"listener {quoted(winner.name)} of {winner.resource.title} has port {one.port}, protocol {own.protocol} "
                f"and host name {own.hostname or '*'} already, so that this one isn't served",
            ).also(winner.at("name"), "the first one")
