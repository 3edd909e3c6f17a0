"""A server that outside clients come to asks for a certificate of the mesh.

`ISTIO_MUTUAL` is for proxies of the mesh, on their way to an egress gateway: the server shows its own workload
certificate, which no browser trusts, and takes only clients with one of the same kind. Clients that come in by a
load balancer have none, so that their handshakes fail.

Fix: write `mode: SIMPLE` (or `MUTUAL`) with a `credentialName`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import NETWORK
from meshctl.mesh import Mesh
from meshctl.resources import Gateway, Service
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule

_EAST_WEST = 15443
_OUTSIDE = frozenset({"LoadBalancer", "NodePort"})


@rule(on=Gateway, severity=Severity.WARNING, since="0.1.0", holds=("tls",))
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report servers of gateways that are exposed, and that nothing in the mesh leads to."""
    asking = [one for one in gateway.servers if one.tls.text("mode") == "ISTIO_MUTUAL"]
    services = {
        service for pods in mesh.gateways.distinct_of(gateway) for service in pods.workload.services
    }
    if not asking or not services or not all(map(_is_for_outside, services)):
        return
    hosts = [host.host for service in services for host in mesh.registry.of(service)]
    if any(mesh.traffic.destinations.leads_to(host) for host in hosts):
        return
    known = mesh.knows.everywhere("VirtualService")
    if not known:
        yield NotChecked(known.reason)
        return
    name = min(service.title for service in services)
    for server in asking:
        yield Finding(
            server.tls.at("mode"),
            f"clients come in by {name}, which nothing in the mesh leads to, and none of them has a "
            "certificate of the mesh: their handshakes fail",
        )


def _is_for_outside(service: Service) -> bool:
    """Does a Service take clients that are no proxies of another network or cluster of the mesh?"""
    numbers = {port.number("port") for port in service.ports}
    return service.type in _OUTSIDE and NETWORK not in service.labels and _EAST_WEST not in numbers
