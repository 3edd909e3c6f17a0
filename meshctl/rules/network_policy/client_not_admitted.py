"""A NetworkPolicy keeps out a gateway that routes to its pods, or a workload that calls them.

The network plugin drops what no policy of the pods lets in, before the sidecar sees it: the client
gets a timeout (`503 UF` at a gateway). Gateways are known by the routes they have, other clients by
the URLs in their settings.

Fix: add the client's namespace and pods to `from`, and the container port to `ports`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import INGRESS
from meshctl.resources import NetworkPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=NetworkPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first client of each workload that nothing lets in."""
    for workload in mesh.workloads.network_policies.first_for(policy, INGRESS):
        refused = mesh.clauses.network_gaps.refused_client(workload)
        if refused is not None:  # told once, at the oldest of the policies
            numbers = shortened(sorted(refused.ports), MOST_LISTED)
            yield Finding(
                policy.spec.key("ingress"),
                f"no NetworkPolicy lets {refused.client.title} in to port {numbers} of "
                f"{workload.title}: its connections time out",
                severity=None if mesh.is_whole else Severity.WARNING,
            ).also(refused.place, "leads there")
