"""A route leads to a site outside the mesh, which is asked for the host of the request.

The Host stays what the client wrote. A site that serves many names, such as a CDN, a storage service
or a hosted API, doesn't know it and answers 404, 403 or 421.

Fix: add `rewrite: {authority: <the site's name>}`, unless the site serves your host.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=VirtualService, severity=Severity.INFO, since="0.1.0", needs=("ServiceEntry", "externalName")
)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report destinations outside that no VirtualService host and no rewrite names."""
    for destination, name, asked in mesh.clauses.outside_hosts.kept(service):
        yield Finding(
            destination.at("host"), f"{name} is outside the mesh and is asked for Host {asked}"
        )
