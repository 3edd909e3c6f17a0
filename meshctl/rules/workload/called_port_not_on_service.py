"""A workload calls a Service on a port that the Service doesn't have.

Its settings name the Service by a URL, and a URL without a port means 80 or 443. Proxies and
Kubernetes know only the ports of the Service, so that the connection finds nobody.

Fix: write the Service's port in the URL, or add the port to the Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Service, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report calls to Services with an address of their own, each port once."""
    if workload not in mesh.workloads:
        return
    for call in mesh.sidecar_scope.declared_calls.of(workload):
        service = call.host.source
        if call.port is None or call.host.port(call.port) is not None or not call.host.ports:
            continue
        if not isinstance(service, Service) or service.is_headless or service.external_name:
            continue
        ports = shortened([str(port.number) for port in call.host.ports], MOST_LISTED)
        yield Finding(
            call.place,
            f"{workload.title} calls port {call.port} of {service.title}, which has {ports}",
        ).also(service.spec.key("ports"), "all ports that it has")
