"""A NetworkPolicy names the clients of a port, and opens 15008 to everybody.

In ambient mode connections of the mesh come in on port 15008, whatever port they are for. The rule for the port of
the application limits plaintext alone; every pod of the mesh gets there through the tunnel.

Fix: put port 15008 into the rule with `from`, or name the clients by an AuthorizationPolicy.
"""

from collections.abc import Iterator

from meshctl.istio.ambient import HBONE_PORT
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import INGRESS, Membership
from meshctl.resources import NetworkPolicy, Workload
from meshctl.resources.kubernetes.network_policy import NetworkPolicyRule
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=NetworkPolicy, severity=Severity.WARNING, since="0.1.0", holds=("ports",))
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first workload without AuthorizationPolicies whose clients are limited beside the tunnel."""
    rules = policy.rules(INGRESS)
    opening = next((rule for rule in rules if not rule.peers and HBONE_PORT in _ports(rule)), None)
    limited = {number: rule for rule in rules if rule.peers for number in _ports(rule)}
    limited.pop(HBONE_PORT, None)
    if opening is None or not limited:
        return
    for workload in mesh.workloads.network_policies.selected(policy):
        if not _is_unguarded(workload, mesh):
            continue
        ports = [one for _, one in mesh.workloads.container_ports.in_front_of(workload)]
        number = next((port for port in ports if port in limited), None)
        if number is not None:
            yield Finding(
                opening.at(),
                f"port {HBONE_PORT} is open to everybody, so every pod of the mesh gets to port {number} of "
                f"{workload.title}, whoever the other rule names",
            ).also(limited[number].key("from"), "limits plaintext alone")
            return


def _ports(network_policy_rule: NetworkPolicyRule) -> set[int]:
    return {
        number for port in network_policy_rule.ports if (number := port.number("port")) is not None
    }


def _is_unguarded(workload: Workload, mesh: Mesh) -> bool:
    is_ambient = mesh.workloads.membership(workload) is Membership.AMBIENT
    return is_ambient and not mesh.decisions.policies_of(workload)
