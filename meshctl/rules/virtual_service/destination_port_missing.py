"""A route of a gateway leaves out the port of a host that has several.

Without a port istiod takes the only one of the host; of a host with several it takes the number
of the Gateway server that the request came in on. Where the Service has no such port, the answer
is 503 (response flag NC). Sidecars are not concerned: there it is the port the client dialled.

Fix: write `port.number` of the destination.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic.delegates import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, equivalents=("IST0112",), since="0.1.0")
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report http destinations without a port where the number of a server doesn't fit."""
    for route in service.http:
        for entry in route.routes:
            destination = entry.destination
            ports = mesh.clusters.ports(destination) if destination.port is None else ()
            if len(ports) < 2:  # noqa: PLR2004 - it takes several to choose from
                continue
            wrong = mesh.clusters.listener_ports(destination).difference(ports)
            if wrong:
                known = ", ".join(str(port) for port in sorted(ports))
                asked = " and ".join(str(port) for port in sorted(wrong))
                yield Finding(
                    destination.at("host"),
                    f"{destination.host} has ports {known} and none is written, so requests go to "
                    f"the port of the Gateway server, {asked}, which it doesn't have",
                )
                continue
            for name in mesh.routes.gateways_of(service):
                if name != MESH and mesh.gateways.find(name) is None:
                    yield NotChecked(f"Gateway {name} is not in the input, nor are its ports")
