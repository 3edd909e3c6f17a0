"""The mesh networks have one without a gateway beside others.

istiod takes a network without gateways for one that can be dialled directly: clients of other networks
get the addresses of its pods, and time out where no route leads there.

Fix: write `gateways` with an `address`, or a `registryServiceName`, and a `port`; or label the Service of the gateway
in that network with `topology.istio.io/network`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0", needs=("meshNetworks",))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report networks without a way in; another cluster may label a Service that isn't here."""
    for network in mesh.reachability.network_gateways.without_way_in(resource):
        maybe = ", unless its cluster labels one" if network.is_remote else ""
        yield Finding(
            network.place,
            f"network {network.name} has no gateway{maybe}: clients of other networks dial its pods directly",
            severity=Severity.INFO if network.is_remote else None,
        )
