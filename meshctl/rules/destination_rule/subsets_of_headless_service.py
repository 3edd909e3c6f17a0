"""A VirtualService splits the requests for a headless Service into subsets.

Clients of a headless Service look up the addresses of its pods and dial one of them. Their sidecars
keep that address, so the weights and subsets of a route choose another upstream but no other pod:
requests for v2 reach v1. The same holds for `loadBalancer`. Only gateways, which dial no pod
themselves, balance over the pods.

Fix: route to an ordinary Service with a `clusterIP` in front of the same pods.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=("subsets",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report subsets of headless Services that routes of sidecars choose."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    declared = mesh.registry.at(host)
    if not declared or not all(registered_host.is_headless for registered_host in declared):
        return
    routing = mesh.traffic.sidecar_hosts.splitting(host) if destination_rule.subsets else None
    if routing is not None:
        yield (
            Finding(
                destination_rule.spec.key("subsets"),
                f"{host} is headless: sidecars keep the pod that the client dialled, whatever subset "
                f"{routing.title} routes to",
            )
            .also(declared[0].source.spec.at("clusterIP"), "makes it headless")
            .also(routing.at("metadata", "name"), "chooses subsets")
        )
