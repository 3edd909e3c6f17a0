"""Requests are mirrored to the very host and subset that answers them.

Each mirrored request reaches the same pods twice: they do the work again, and orders, mails and
charges happen twice. A mirror is for another version.

Fix: name another host or subset in `mirror`, or remove it.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("mirror", "mirrors"))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report mirrors that equal the only destination of their rule."""
    host_of = mesh.reachability.clusters.host_of
    for route in service.http:
        if len(route.routes) != 1:
            continue
        destination = route.routes[0].destination
        answering = host_of(destination), destination.subset
        for mirror in route.mirrors:
            same_port = mirror.port == destination.port or None in {mirror.port, destination.port}
            if (host_of(mirror), mirror.subset) == answering and same_port and mirror.host:
                yield Finding(
                    mirror.at("host"),
                    f"{mirror.host} answers these requests itself, so that it gets them twice",
                ).also(destination.at("host"), "answers the requests")
