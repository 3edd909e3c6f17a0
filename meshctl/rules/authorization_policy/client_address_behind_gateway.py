"""A rule compares the client's address where the gateway is the client.

`ipBlocks` is the address of the connection. Behind a gateway that is the address of the gateway's
pod, never the one a user comes from. An ALLOW rule for addresses of the Internet lets nobody in, a
DENY rule for them refuses nobody.

Fix: put the policy on the gateway, or use `remoteIpBlocks`, which reads `X-Forwarded-For`; set
`numTrustedProxies` to the number of proxies before the gateway.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import public_addresses
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import AuthorizationPolicy, Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report public addresses for workloads that gateways route to and nothing else exposes."""
    places = list(public_addresses(policy))
    if policy.target_refs or not places:
        return
    workloads = mesh.security.authorization.reached(policy)
    if any(
        is_gateway(workload) or mesh.workloads.container_ports.is_exposed(workload)
        for workload in workloads
    ):
        return
    entrances = [
        path for workload in workloads for path in mesh.reachability.ingress_paths.into(workload)
    ]
    if not entrances:
        return
    gateway = entrances[0].gateway
    kind = "Gateway" if isinstance(gateway, Gateway) else "Kubernetes Gateway"
    for place, text in places:
        yield Finding(
            place,
            f"{text} is never the address of a connection here: requests come through {kind} "
            f"{gateway.key_name}, from the address of its pods",
        ).also(entrances[0].place, "is routed to from the gateway")
