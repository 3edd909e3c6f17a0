"""A DestinationRule puts the PROXY protocol before connections to workloads with a sidecar.

The sidecar of the server reads the first bytes of a connection as TLS or HTTP, and doesn't know this
header: it closes the connection, or answers `400`. The header is for servers outside the mesh.

Fix: remove `proxyProtocol`, or have the server's sidecar read it by an EnvoyFilter.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership, is_gateway
from meshctl.resources import DestinationRule, EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, rule

_READER = "proxy_protocol"


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=("proxyProtocol",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts all of whose pods have a sidecar, if no EnvoyFilter reads the header."""
    policies = [destination_rule.policy, *(subset.policy for subset in destination_rule.subsets)]
    written = [policy for policy in policies if policy.has("proxyProtocol")]
    if not written or any(
        _READER in str(envoy_filter.data) for envoy_filter in mesh.of(EnvoyFilter)
    ):
        return
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    pods = [
        workload
        for declared in mesh.registry.at(host)
        for workload in mesh.workloads.behind(declared)
    ]
    modes = {mesh.workloads.membership(pod) for pod in pods}
    if modes == {Membership.SIDECAR} and not any(map(is_gateway, pods)):
        yield Finding(
            written[0].key("proxyProtocol"),
            f"the sidecar of {pods[0].title} doesn't read the PROXY protocol: it closes connections",
        )
