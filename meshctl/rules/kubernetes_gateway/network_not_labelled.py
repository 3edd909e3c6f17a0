"""A Gateway between networks doesn't say which network it leads to.

A Gateway of class `istio-east-west` is for clients of other networks. The istiods there learn of it by
its label `topology.istio.io/network`; without it they pass it over, and clients don't get the endpoints
of this network.

Fix: label the Gateway `topology.istio.io/network: <network of the cluster>`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import NETWORK
from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_BETWEEN_NETWORKS = "istio-east-west"


@rule(on=KubernetesGateway, severity=Severity.WARNING, since="0.1.0", needs=("Gateway",))
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report Gateways of the class without the label, neither for them nor for what is made."""
    extra = gateway.spec.child("infrastructure").labels_of("labels")
    if gateway.class_name != _BETWEEN_NETWORKS or NETWORK in gateway.labels or NETWORK in extra:
        return
    own = mesh.reachability.network_gateways.own
    place = gateway.at("metadata", "labels", NETWORK)
    yield Finding(
        gateway.at("metadata", "name"), f"no label {NETWORK} tells other networks of this Gateway"
    ).fixed_by(*([put(place, own)] if own else []), safe=False)
