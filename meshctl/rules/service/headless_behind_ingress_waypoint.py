"""Ingress gateways are told to send to a waypoint what is for a Service without an address.

A waypoint tells its Services apart by their addresses. istiod sends what comes for a headless Service
there under the address 0.0.0.0, for which the waypoint has no chain: requests that a gateway routes
to such a Service fail.

Fix: remove `istio.io/ingress-use-waypoint` from the Service, or set it to `"false"` where the
namespace has it; or give the Service an address (no `clusterIP: None`).
"""

from collections.abc import Iterator

from meshctl.istio.labels import INGRESS_USE_WAYPOINT
from meshctl.mesh import Mesh
from meshctl.resources import Service
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=Service, severity=Severity.WARNING, since="0.1.0")
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report headless Services with a waypoint that ingress gateways are told to use."""
    if not service.is_headless or not mesh.ambient.api.ingress_label(service):
        return
    binding = mesh.ambient.waypoints.of_service(service, when_ready=True)
    if binding.bound is None:
        return
    labels = service.at("metadata", "labels", INGRESS_USE_WAYPOINT)
    place = labels if INGRESS_USE_WAYPOINT in service.labels else service.spec.at("clusterIP")
    yield Finding(
        place,
        f"ingress gateways send requests for this Service to waypoint {binding.bound.gateway.key_name} "
        "for 0.0.0.0, for which it has no chain: waypoints tell Services apart by their address",
    ).fixed_by(put(labels, "false"), safe=False)
