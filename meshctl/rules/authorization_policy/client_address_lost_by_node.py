"""A gateway compares the client's address after the node may have replaced it.

A Service of type LoadBalancer or NodePort with `externalTrafficPolicy: Cluster`, the default, sends
a connection on to a pod of any node, and that node writes its own address into it. `ipBlocks` then
sees addresses of nodes: an ALLOW rule refuses users at random, a DENY rule misses them.

Fix: set `externalTrafficPolicy: Local` on the gateway's Service. Where a load balancer speaks HTTP
or the PROXY protocol, use `remoteIpBlocks` and tell Istio how many proxies to trust.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import public_addresses
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=AuthorizationPolicy,
    severity=Severity.INFO,
    since="0.1.0",
    renamed_from=("authorization-policy/address-of-the-node",),
)
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report public addresses at gateways whose Service doesn't keep them.

    Annotations of the Service mostly tune the load balancer, often so that the address is kept.
    """
    places = list(public_addresses(policy))
    if policy.target_refs or not places:
        return
    for workload in mesh.security.authorization.reached(policy):
        for service in (
            mesh.workloads.container_ports.services(workload) if is_gateway(workload) else ()
        ):
            is_exposed = service.type in {"LoadBalancer", "NodePort"}
            if is_exposed and not service.keeps_source and not service.annotations:
                yield Finding(
                    places[0][0],
                    f"{service.title} doesn't say externalTrafficPolicy: Local, so the address "
                    "may be that of a node",
                ).also(service.spec.at("type"), "leads to the gateway")
                return
