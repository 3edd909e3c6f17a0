"""A policy for gateways names a host that none of their servers has.

A gateway answers 404 for hosts that its servers don't have, whatever its policies say. An ALLOW rule for another host lets nobody
in, a DENY rule for it protects nothing.

Fix: write a host of a server of these gateways, as clients send it.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import overlaps
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import AuthorizationPolicy, KubernetesGateway
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0", needs=("hosts",))
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report whole hosts and wildcards at the front that no server of the gateways meets."""
    asked = [operation for operation in policy.operations if operation.texts("hosts")]
    if not asked or policy.target_refs or mesh.of(KubernetesGateway):
        return
    served = _served(policy, mesh)
    if not served:
        return
    for operation in asked:
        for index, written in enumerate(operation.texts("hosts")):
            host = written.partition(":")[0].lower()
            if "*" in host.removeprefix("*.") or any(overlaps(host, one) for one in served):
                continue
            known = mesh.knows.everywhere("Gateway")
            if not known:
                yield NotChecked(known.reason)
                return
            yield Finding(
                operation.at("hosts", index),
                f"no server of these gateways has {quoted(host)}, only {', '.join(sorted(served)[:4])}: this "
                "host never matches",
            )


def _served(policy: AuthorizationPolicy, mesh: Mesh) -> set[str]:
    """Collect the hosts of the gateways that a policy is for; none where it is for others too."""
    found: set[str] = set()
    for workload in mesh.security.authorization.reached(policy):
        effective = mesh.gateways.for_workload(workload.key_name)
        if not is_gateway(workload) or effective is None:
            return set()
        for server in effective.servers:
            found.update(host.rpartition("/")[2].lower() for host in server.server.hosts)
    return found
