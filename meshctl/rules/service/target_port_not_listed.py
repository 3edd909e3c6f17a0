"""A Service leads to a port that no container of its pods lists, though they list others.

Containers need not list their ports, and the number works where the application listens on it. Mostly,
though, it is a slip, or a `targetPort` that was forgotten, and nobody listens: `503 UF connection refused`.

Fix: write the port on which the application listens into `targetPort`, or list it in the container.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import Service, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Service, severity=Severity.INFO, since="0.1.0", needs=("containerPort",))
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report numbers beside the ports that all pods of the Service list."""
    selector, home = service.selector, service.namespace
    pods = mesh.workloads.endpoints_of(selector, home) if selector else []
    listed = [_numbers(one) for one in pods]
    if not pods or not all(listed) or any(map(is_gateway, pods)):
        return
    for port in service.ports:
        if isinstance(port.target, int) and not any(port.target in one for one in listed):
            known = ", ".join(str(number) for number in sorted(set().union(*listed)))
            yield Finding(
                port.at("targetPort") if port.has("targetPort") else port.at("port"),
                f"no container of these pods lists port {port.target}, only {known}",
            ).also(pods[0].at("metadata", "name"), "is selected")


def _numbers(workload: Workload) -> set[int]:
    containers = (*workload.containers, *workload.init_containers)
    found = (port.number("containerPort") for one in containers for port in one.ports)
    return {number for number in found if number}
