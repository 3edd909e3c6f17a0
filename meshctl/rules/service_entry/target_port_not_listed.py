"""A ServiceEntry leads to a port that no container of its pods lists, though they list others.

The port of a selected pod is the container port of the same name as the port of the entry, else
`targetPort`, else the number that clients dial. Containers need not list their ports, but mostly this is
a `targetPort` that was forgotten: `503 UF connection refused`.

Fix: write the port on which the application listens into `targetPort`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ServiceEntry, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.INFO, since="0.1.0", needs=("workloadSelector",))
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report numbers beside the ports that all selected pods list."""
    for host in mesh.registry.of(entry)[:1]:
        pods = mesh.workloads.behind(host)
        listed = [_numbers(one) for one in pods]
        for port in host.ports if listed and all(listed) else ():
            named = any(port.name in one.named_ports for one in pods)
            if not named and not any(port.target in one for one in listed):
                known = ", ".join(map(str, sorted(set[int]().union(*listed))))
                yield Finding(
                    port.view.at("targetPort")
                    if port.view.has("targetPort")
                    else port.view.at("number"),
                    f"no container of these pods lists port {port.target}, only {known}",
                ).also(pods[0].at("metadata", "name"), "is selected")


def _numbers(workload: Workload) -> set[int]:
    containers = (*workload.containers, *workload.init_containers)
    found = (port.number("containerPort") for one in containers for port in one.ports)
    return {number for number in found if number}
