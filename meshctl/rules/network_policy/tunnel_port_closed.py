"""A NetworkPolicy lets the port of an application in, and HBONE comes in on 15008.

In ambient mode ztunnel carries connections between pods on port 15008, where NetworkPolicies see
them. One that lists the ports of the application alone lets in plaintext from outside the mesh, and
no connection of the mesh. The kubelet's probes come from 169.254.7.127.

Fix: add port 15008 to the ports of the rule, and `169.254.7.127/32` as an ipBlock for the probes.
"""

from collections.abc import Iterator

from meshctl.istio.ambient import HBONE_PORT
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import (
    EGRESS,
    INGRESS,
    PROBES_FROM,
    Membership,
    NetworkPolicies,
    TrafficCapture,
)
from meshctl.resources import NetworkPolicy, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=NetworkPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first workload in ambient mode that a policy keeps from tunnels or probes."""
    policies = mesh.workloads.network_policies
    asked = [one for one in (EGRESS, INGRESS) if policy.rules(one)]
    oldest = {one: frozenset(policies.first_for(policy, one, with_rules=True)) for one in asked}
    for workload in policies.selected(policy) if any(oldest.values()) else ():
        if mesh.workloads.membership(workload) is not Membership.AMBIENT:
            continue
        for direction in asked:
            if workload in oldest[direction]:
                found = list(_closed(workload, policies, direction))
                for text in found:
                    yield Finding(
                        policy.spec.key(direction.lower()), text,
                        severity=None if mesh.is_whole else Severity.WARNING,
                    )  # fmt: skip
                if found:
                    return


def _closed(workload: Workload, policies: NetworkPolicies, direction: str) -> Iterator[str]:
    if policies.admits(workload, direction, None, HBONE_PORT) is False:
        way = "in to" if direction == INGRESS else "out of"
        yield (
            f"no NetworkPolicy lets port {HBONE_PORT} {way} {workload.title}, which is in ambient "
            "mode: connections from and to pods of the mesh time out"
        )
    for number, _ in TrafficCapture(workload).probed_ports() if direction == INGRESS else ():
        if policies.admits(workload, INGRESS, PROBES_FROM, number) is False:
            yield (
                f"no NetworkPolicy lets {PROBES_FROM.address} in to port {number} of "
                f"{workload.title}, from where the kubelet's probes come in ambient mode"
            )
            return
