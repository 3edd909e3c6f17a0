"""A machine inside the mesh says neither which identity it has nor whether it takes mutual TLS.

Without `serviceAccount`, and without the label `security.istio.io/tlsMode: istio`, clients send plaintext to a
WorkloadEntry. In a namespace that is STRICT, a sidecar on the machine refuses it.

Fix: write `serviceAccount` where the machine runs a sidecar; else declare its host `MESH_EXTERNAL`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import TLS_MODE
from meshctl.mesh import Mesh
from meshctl.mesh.security import Mode
from meshctl.resources import WorkloadEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=WorkloadEntry, severity=Severity.INFO, since="0.1.0")
def check(entry: WorkloadEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report machines behind hosts of the mesh where mutual TLS is demanded."""
    demand = mesh.security.peer_authentications.of_namespace(entry.namespace)
    if demand.mode is not Mode.STRICT or demand.ref is None:
        return
    if entry.spec.text("serviceAccount") or TLS_MODE in entry.pod_labels:
        return
    inside = [
        registered_host
        for registered_host in mesh.registry.machine_hosts.of(entry)
        if not registered_host.is_external
    ]
    if inside:
        yield Finding(
            entry.at("metadata", "name"),
            f"no serviceAccount: clients of {inside[0].host} send plaintext to this machine",
        ).also(demand.ref, "asks for mutual TLS")
