"""A host that a gateway routes to has the load balancer PASSTHROUGH.

PASSTHROUGH connects to the address that the client dialled. At a gateway that is the gateway's own
address: the request comes back to it, or fails with `503`. (In front of sidecars it is the Service's
address, which is why it works there.)

Fix: remove `simple: PASSTHROUGH`, or use ROUND_ROBIN or LEAST_REQUEST.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_KEPT = "PASSTHROUGH"


@rule(on=DestinationRule, severity=Severity.ERROR, since="0.1.0", holds=("loadBalancer",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report PASSTHROUGH for the hosts of routes at gateways."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    for policy in written_policies(destination_rule):
        balancer = policy.child("loadBalancer")
        if balancer.text("simple") == _KEPT and mesh.traffic.destinations.comes_from_gateway(host):
            yield Finding(
                balancer.at("simple"),
                f"a gateway routes to {host}, and PASSTHROUGH makes it connect to the address that "
                "its client dialled: its own",
            ).fixed_by(put(balancer.at("simple"), "ROUND_ROBIN"), safe=False)
