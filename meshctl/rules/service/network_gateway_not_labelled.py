"""The Service of a gateway between networks doesn't say which network it leads to.

A server of mode AUTO_PASSTHROUGH waits for connections from other networks. The istiods there learn of
it by the label `topology.istio.io/network` of its Service, or by MeshNetworks. Without either, or with the
name of another network than that of the cluster, clients dial the pods of this network directly, or
another network's gateway.

Fix: label the Service `topology.istio.io/network: <network of the cluster>`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import NETWORK
from meshctl.mesh import Mesh
from meshctl.resources import Service
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=Service, severity=Severity.WARNING, since="0.1.0", needs=(NETWORK, "ConfigMap"))
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services without the label, and those whose label isn't that of the root namespace."""
    gateways = mesh.reachability.network_gateways
    server, own = gateways.unlabelled(service), gateways.own
    place = service.at("metadata", "labels", NETWORK)
    if server is not None:
        finding = Finding(
            service.at("metadata", "name"),
            f"no label {NETWORK} tells other networks of this gateway between networks",
        ).also(server.tls.at("mode"), "waits for their connections")
    elif own and gateways.network(service) not in {"", own}:
        finding = Finding(
            place,
            f"this Service is to be the gateway of network {service.labels[NETWORK]}, and the pods here "
            f"are of network {own}",
        )
    else:
        return
    yield finding.fixed_by(*([put(place, own)] if own else []), safe=False)
