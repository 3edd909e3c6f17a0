"""A Service is labelled as the gateway of a network, and other networks can't come in by it.

`topology.istio.io/network` on the Service of a gateway makes istiod send to it what clients of other
networks want from this one: to its addresses outside the cluster, on port 15443 (or the port that
`networking.istio.io/gatewayPort` names). Without that port or an address istiod passes the Service
over, and clients dial pods that they can't reach; without a server there, connections are reset.

Fix: add the port and `type: LoadBalancer`, and a Gateway whose server on it has the tls mode
AUTO_PASSTHROUGH for `*.local`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import NETWORK
from meshctl.mesh import Mesh
from meshctl.resources import Service
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Service, severity=Severity.ERROR, since="0.1.0", holds=(NETWORK,))
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services of gateway pods that lack the port, an address, or a server behind."""
    flaw = mesh.reachability.network_gateways.flaw(service)
    if flaw is not None:
        yield Finding(
            service.at("metadata", "labels", NETWORK),
            f"this Service is to be the gateway of network {service.labels[NETWORK]}, but {flaw}",
            # Behind a Route or another proxy the label may only tell where the Service is.
            severity=Severity.WARNING if service.type == "ClusterIP" else None,
        )
