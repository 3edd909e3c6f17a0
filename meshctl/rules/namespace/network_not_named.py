"""A cluster has a gateway between networks, and nothing says which network its pods are on.

The label `topology.istio.io/network` of istiod's namespace is the network of all pods that name none.
Without it they are on no network, so that clients elsewhere dial them directly instead of the gateway.

Fix: label the namespace of istiod as the Service of the gateway is labelled.
"""

from collections.abc import Iterator

from meshctl.istio.labels import NETWORK
from meshctl.mesh import Mesh
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=Namespace, severity=Severity.INFO, since="0.1.0", needs=(NETWORK,))
def check(namespace: Namespace, mesh: Mesh) -> Iterator[Outcome]:
    """Report the root namespace, where a Service is the gateway of a network."""
    service = mesh.reachability.network_gateways.leads_nowhere_named(namespace)
    if service is not None:
        place = namespace.at("metadata", "labels", NETWORK)
        network = service.labels[NETWORK]
        yield (
            Finding(
                namespace.at("metadata", "name"),
                f"{service.title} is the gateway of network {network}, and the pods are on none",
            )
            .also(service.at("metadata", "labels", NETWORK), "names the network")
            .fixed_by(put(place, network), safe=False)
        )
