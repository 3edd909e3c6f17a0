"""No Service port leads to the port of a server.

The gateway's Envoy listens, but the Service in front of its pods doesn't forward there: clients
outside can't connect, though everything in the mesh looks right.

Fix: add the port to `spec.ports` of the gateway's Service, or write a port that this Service has into
`port.number` of the server.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=Gateway, severity=Severity.WARNING, equivalents=("IST0162",), since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each server that none of its workloads' Services reaches."""
    for server in gateway.servers:
        workloads = [
            effective_gateway.workload
            for effective_gateway, fate in mesh.gateways.fates(server)
            if fate.drop is None
        ]
        if not workloads or not all(workload.services for workload in workloads):
            continue
        home = workloads[0].services[0].namespace
        known = mesh.knows.may_be_all("Service", home)
        if not known:
            yield NotChecked(known.reason)
            continue
        if any(workload.exposes(workload.target(server.port)) for workload in workloads):
            continue
        service = workloads[0].services[0]
        ports = shortened([port.port for port in service.ports], MOST_LISTED)
        yield Finding(
            server.at("port", "number"),
            f"{service.title} doesn't expose port {server.port}, only {ports or 'none'}",
        ).also(service.spec.at("ports"), "is all that leads to the gateway")
