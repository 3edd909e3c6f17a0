"""A Service leads to a port that no container of its pods lists, though they list others.

Containers need not list their ports, and the number works where the application listens on it. Mostly,
though, it is a slip, or a `targetPort` that was forgotten, and nobody listens: `503 UF connection refused`. It is a
warning where Services lead to none of the ports that the pods list, and where pods of another application are selected, too, by a
label that both have: a part of the requests is lost.

Fix: write the port on which the application listens into `targetPort`, or list it in the container.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Ref, Service, ServicePort
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, all_of, shortened


@rule(on=Service, severity=Severity.INFO, since="0.1.0", needs=("containerPort",))
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report numbers beside the ports that all pods of the Service list."""
    pods = mesh.workloads.container_ports.pods_behind(service) if service.selector else None
    if pods is None or not pods.numbers or pods.has_gateway:
        return
    for port in service.ports:
        if isinstance(port.target, int) and port.target not in pods.numbers:
            known = shortened(sorted(pods.numbers), MOST_LISTED)
            left = sorted(mesh.workloads.container_ports.without_service(pods.pods))
            more = f"; no Service leads to {left[0]}" if left else ""
            yield Finding(
                _place(port),
                f"no container of these pods lists port {port.target}, only {known}{more}",
                severity=Severity.WARNING if left else None,
            ).also(pods.pods[0].at("metadata", "name"), "is selected")
        elif isinstance(port.target, int):
            others = mesh.workloads.container_ports.of_others(service, port.target)
            if others is not None:
                pod, listed = others
                known = all_of(sorted(listed))
                yield Finding(
                    _place(port),
                    f"{pod.title} is selected, too, and lists port {known} and not {port.target}: requests that get there "
                    "are refused",
                    severity=Severity.WARNING,
                ).also(pod.at("metadata", "name"), "is selected")


def _place(port: ServicePort) -> Ref:
    return port.at("targetPort") if port.has("targetPort") else port.at("port")
