"""A NetworkPolicy keeps out a gateway that routes to its pods, or a workload that calls them.

The network plugin drops what no policy of the pods lets in, before the sidecar sees it: the client
gets a timeout (`503 UF` at a gateway). Gateways are known by the routes they have, other clients by
the URLs in their settings.

Fix: add the client's namespace and pods to `from`, and the container port to `ports`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import INGRESS, peer_of
from meshctl.resources import Gateway, NetworkPolicy, Ref, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=NetworkPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first client of each workload that nothing lets in."""
    policies = mesh.workloads.network_policies
    if INGRESS not in policy.directions:
        return
    for workload in policies.selected(policy):
        if policies.isolating(workload, INGRESS)[0] is not policy:
            continue  # told once, at the oldest
        ports = {target for _, target in mesh.workloads.container_ports.in_front_of(workload)}
        for client, place, known in _clients(workload, mesh):
            called = {known} if known else ports
            answers = {policies.admits(workload, INGRESS, peer_of(client), one) for one in called}
            if answers == {False} and client is not workload:
                numbers = ", ".join(map(str, sorted(called)))
                yield Finding(
                    policy.spec.key("ingress"),
                    f"no NetworkPolicy lets {client.title} in to port {numbers} of "
                    f"{workload.title}: its connections time out",
                    severity=None if mesh.is_whole else Severity.WARNING,
                ).also(place, "leads there")
                break


def _clients(workload: Workload, mesh: Mesh) -> Iterator[tuple[Workload, Ref, int | None]]:
    for path in mesh.reachability.ingress_paths.into(workload):
        if isinstance(path.gateway, Gateway):
            for effective in mesh.gateways.of(path.gateway):
                if effective.workload.workload is not None:
                    yield effective.workload.workload, path.place, None
    for caller in mesh.sidecar_scope.declared_callers.of(workload):
        yield caller.workload, caller.call.place, caller.port
