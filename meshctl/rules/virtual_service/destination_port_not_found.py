"""A route sends requests to a port that its host doesn't have.

Upstreams exist for the ports of a Service or ServiceEntry only, not for the container ports behind
them. Requests on this route are answered with 503 (response flag NC, cluster not found).

Fix: write one of the ports of the Service into `destination.port.number`; `targetPort` is translated by the mesh itself.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=VirtualService, severity=Severity.ERROR, equivalents=("IST0101",), since="0.1.0")
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report written ports that no declaration of the host has."""
    for route in service.routes:
        for destination in route.destinations:
            ports = mesh.reachability.clusters.ports(destination)
            if destination.port is None or not ports or destination.port in ports:
                continue
            declared = mesh.reachability.clusters.declared(destination)
            behind = [p for host in declared for p in host.ports if p.target == destination.port]
            known = ", ".join(str(port) for port in sorted(ports))
            hint = f"; that is the container port of {behind[0].number}" if behind else ""
            meant = {p.number for p in behind} or ports
            found = Finding(
                destination.at("port", "number"),
                f"{destination.host} has no port {destination.port}, only {known}{hint}",
            ).also(declared[0].source.key("spec", "ports"), "the ports of the host")
            if len(meant) == 1:
                edit = put(destination.at("port", "number"), *meant)
                found = found.fixed_by(edit, safe=bool(behind))
            yield found
