"""A route leaves out the port of its destination, and the port that stands in for it isn't there.

In a sidecar an http destination or mirror without a port takes the port that the client called, not
the only port of the Service. At a gateway it takes the Service's only port; of several, that with
the number of the Gateway server. Where the Service has no such port the answer is 503 (response
flag NC).

Fix: write `port.number` of the destination.
"""

from collections.abc import Collection, Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import DECLARING_KINDS
from meshctl.mesh.traffic import MESH
from meshctl.resources import Destination, VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule


@rule(on=VirtualService, severity=Severity.ERROR, equivalents=("IST0112",), since="0.1.0",
      needs=DECLARING_KINDS)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report http destinations without a port where the number that stands in doesn't fit."""
    for route in service.http:
        for destination in route.destinations:
            clusters = mesh.reachability.clusters
            ports = clusters.ports(destination) if destination.port is None else frozenset()
            at_gateway = clusters.listener_ports(destination).difference(ports) if ports else ()
            called = mesh.sidecar_routes.listener_ports(destination) if ports else ports
            if len(ports) > 1 and at_gateway:
                yield Finding(
                    destination.at("host"),
                    f"{destination.host} has ports {_list(ports, ', ')} and none is written, so requests go to the port of the Gateway server, {_list(at_gateway)}, which that host lacks",
                )
            elif called - ports:
                yield _in_sidecars(destination, ports, called)
            elif len(ports) > 1:
                for name in mesh.traffic.routes.gateways_of(service):
                    if name != MESH and mesh.gateways.find(name) is None:
                        yield NotChecked(f"Gateway {name} is not in the input, nor are its ports")


def _in_sidecars(
    destination: Destination, ports: Collection[int], called: frozenset[int]
) -> Finding:
    wrong = called.difference(ports)
    is_mirror = not {"mirror", "mirrors"}.isdisjoint(destination.path)
    effect = "the copies are lost" if is_mirror else "they get 503"
    word = "port" if len(ports) == 1 else "ports"
    edits = [put(destination.at("port", "number"), port) for port in ports if len(ports) == 1]
    return Finding(
        destination.at("host"),
        f"{destination.host} has {word} {_list(ports, ', ')} and none is written: sidecars send requests for port {_list(wrong)} on to the same port there, which is none of these, so {effect}",
        severity=None if wrong == called else Severity.WARNING,
    ).fixed_by(*edits)


def _list(ports: Collection[int], between: str = " and ") -> str:
    return between.join(str(port) for port in sorted(ports))
