"""A NetworkPolicy doesn't let a workload or gateway out to another one that it calls.

Calls are known by the URLs in the workload's settings, those of gateways by their routes. What the egress rules don't name is
dropped on the way, and the call times out. Rules see the port of the container, not that of the Service.

Fix: add the pods of the called Service to `to`, and their container port to `ports`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import peer_of
from meshctl.mesh.workloads import EGRESS, Membership
from meshctl.resources import NetworkPolicy, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=NetworkPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first Service of each workload none of whose pods it may reach."""
    policies = mesh.workloads.network_policies
    for workload in policies.first_for(policy, EGRESS):  # told once, at the oldest
        if mesh.workloads.membership(workload) is Membership.AMBIENT:
            continue  # tunnel-port-closed
        routed = mesh.clauses.network_gaps.unreachable_server(workload)
        if routed is not None:
            what = f"requests for port {', '.join(map(str, sorted(routed.ports)))}"
            yield _finding(policy, workload, what, routed.client, mesh).also(
                routed.place, "routes there"
            )
        for call in mesh.sidecar_scope.declared_calls.of(workload):
            port = call.host.port(call.port) if call.port is not None else None
            servers = mesh.workloads.behind(call.host) if port is not None else []
            answers = set()
            for server in servers:
                target = mesh.workloads.target_port(server, port) if port is not None else None
                peer = peer_of(server)
                answers.add(policies.admits(workload, EGRESS, peer, target) if target else None)
            if answers == {False} and workload not in servers:
                yield _finding(
                    policy, workload, f"its calls of {call.host.host}", servers[0], mesh
                ).also(call.place, "calls it")
                break


def _finding(
    policy: NetworkPolicy, workload: Workload, what: str, server: Workload, mesh: Mesh
) -> Finding:
    return Finding(
        policy.spec.key("egress"),
        f"no NetworkPolicy lets {workload.title} out to {server.title}: {what} time out",
        severity=None if mesh.is_whole else Severity.WARNING,
    )
