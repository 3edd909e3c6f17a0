"""An endpoint of a ServiceEntry is a Service of the mesh whose pods take mutual TLS alone.

Proxies dial the name as that of any other machine. They don't know that there are sidecars behind it, so that they send
plaintext, also where the entry says `MESH_INTERNAL`, and a STRICT sidecar resets the connection: `503 UC`.

Fix: route the host to the Service by a VirtualService, with no endpoint for it.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.ERROR, since="0.1.0", holds=("endpoints",))
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report endpoints for which no DestinationRule or label says TLS, and the objects that may route past them."""
    if mesh.traffic.routes.of_mesh_host(entry.hosts[0], entry.namespace) if entry.hosts else True:
        return
    for refused in mesh.clauses.endpoint_pods.refused(entry):
        finding = Finding(
            refused.place,
            f"proxies dial {refused.dialled} without mutual TLS, and {refused.server.workload.title} takes that alone: "
            "connections are reset",
            severity=None if mesh.is_whole else Severity.WARNING,
        )
        demand = refused.server.demand
        ref = demand.ref if demand is not None else None
        yield finding.also(ref, "demands mutual TLS") if ref is not None else finding
