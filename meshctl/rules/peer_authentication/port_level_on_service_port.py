"""portLevelMtls names the port of a Service, not that of the container.

A sidecar sees the connection after Kubernetes has translated it, so portLevelMtls is looked up by
the container's port (the Service's targetPort). An entry for the Service's own number never
applies, and the port keeps the mode of the whole policy.

Fix: use the targetPort of the Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import PeerAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, rename, rule


@rule(on=PeerAuthentication, severity=Severity.ERROR, since="0.1.0")
def check(policy: PeerAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report port numbers that only a Service in front of the workloads has."""
    if not policy.selector or not policy.port_modes:
        return
    workloads = mesh.workloads.find(policy.selector, policy.namespace)
    for port, mode in policy.port_modes.items():
        mapped = mesh.workloads.container_ports.only_of_services(workloads, port)
        if mapped is None:
            continue
        target = mapped.target
        finding = Finding(
            policy.spec.at("portLevelMtls", str(port)),
            f"{port} is the port of {mapped.port.resource.title}, which lands on container port "
            f"{target}: this {mode or 'UNSET'} never applies, and port {target} keeps the mode "
            "of the whole policy",
        ).also(mapped.port.at("targetPort"), f"port {port} becomes {target} here")
        if len(mapped.targets) == 1 and target not in policy.port_modes:
            key = policy.spec.key("portLevelMtls", str(port))
            finding = finding.fixed_by(rename(key, str(target)), safe=False)
        yield finding
