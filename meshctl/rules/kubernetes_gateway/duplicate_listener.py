"""Two listeners of a Gateway have the same port, protocol and host name.

They can't be told apart: the API server refuses the Gateway where it can tell, and istiod serves the
first one and marks the other as conflicted.

Fix: give each listener of the Gateway a `hostname` or `port` of its own, or join the two.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway, KubernetesListener
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=KubernetesGateway, severity=Severity.ERROR, equivalents=("KIA1503",), since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each listener after the first of its combination."""
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
