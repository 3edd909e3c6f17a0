"""A ServiceEntry leads to a port that no container of its pods lists, though they list others.

The port of a selected pod is the container port of the same name as the port of the entry, else
`targetPort`, else the number that clients dial. Containers need not list their ports, but mostly this is
a `targetPort` that was forgotten: `503 UF connection refused`.

Fix: write the port on which the application listens into `targetPort`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=ServiceEntry, severity=Severity.INFO, since="0.1.0", holds=("workloadSelector",))
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report numbers beside the ports that all selected pods list."""
    pods = mesh.workloads.container_ports.pods_behind(entry)
    for host in mesh.registry.of(entry)[:1] if pods is not None and pods.numbers else ():
        for port in host.ports:
            if pods is None or port.name in pods.names or port.target in pods.numbers:
                continue
            known = shortened(sorted(pods.numbers), MOST_LISTED)
            yield Finding(
                port.view.at("targetPort" if port.view.has("targetPort") else "number"),
                f"no container of these pods lists port {port.target}, only {known}",
            ).also(pods.pods[0].at("metadata", "name"), "is selected")
