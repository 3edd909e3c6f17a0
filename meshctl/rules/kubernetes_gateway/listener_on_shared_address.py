"""Two Gateways ask for the same address, port and host name.

Each Gateway normally has a gateway workload of its own, so that equal listeners don't meet. With an
address in `spec.addresses` they share one, and for the same port and host name only the older
Gateway's listener is served.

Fix: give the listener of one Gateway another `hostname` or `port`, or remove its `spec.addresses`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=KubernetesGateway, severity=Severity.WARNING, equivalents=("KIA1501", "KIA1502"),
    since="0.1.0",
)  # fmt: skip
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report listeners that another Gateway has at the same address."""
    for listener, address, other in mesh.gateway_api.shared_listeners.rivals(gateway):
        yield Finding(
            listener.at("port"),
            f"{other.resource.title} has port {listener.port} and host name "
            f"{listener.hostname or '*'} at address {address} too",
        ).also(other.at("port"), "the other listener")
