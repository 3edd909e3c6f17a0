"""A NetworkPolicy keeps everybody outside the cluster from a gateway that is exposed to them.

Clients from elsewhere, and load balancers, are no pods: a rule with `from: podSelector` or
`namespaceSelector` never lets them in. Where all rules for the gateway's ports have one, its clients
time out.

Fix: add a rule for the container ports of the gateway (8080 and 8443) without `from`, or with an
`ipBlock`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import INGRESS, OUTSIDE, is_gateway
from meshctl.resources import NetworkPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule

_EXPOSED = frozenset({"LoadBalancer", "NodePort"})


@rule(on=NetworkPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report gateways behind a Service for the outside, none of whose ports is open to it."""
    policies = mesh.workloads.network_policies
    for workload in policies.first_for(policy, INGRESS):
        if not is_gateway(workload):
            continue
        services = [*mesh.workloads.container_ports.services(workload)]
        exposed = next((service for service in services if service.type in _EXPOSED), None)
        targets = {target for _, target in mesh.workloads.container_ports.in_front_of(workload)}
        answers = {policies.admits(workload, INGRESS, OUTSIDE, one) for one in targets}
        if exposed is not None and answers == {False}:
            yield Finding(
                policy.spec.key("ingress"),
                f"no NetworkPolicy lets clients outside the cluster in to {workload.title}",
            ).also(exposed.spec.at("type"), "exposes it to them")
