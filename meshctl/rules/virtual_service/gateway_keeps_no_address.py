"""A gateway routes to a ServiceEntry whose resolution is NONE.

With NONE a proxy connects to the address that its client dialled. Clients of a gateway dial the
gateway itself, so there is no such address: the upstream has no endpoints, and requests get 503 or
the connection is closed. Gateways can't pass traffic through to wherever it was going.

Fix: give the ServiceEntry resolution DNS (or DYNAMIC_DNS for wildcard hosts) or endpoints, and route
to an exact host.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", needs=("ServiceEntry",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report destinations of gateways that have no endpoints there."""
    for gateway, destination, entry in mesh.clauses.kept_addresses.unreachable(service):
        yield Finding(
            destination.at("host"),
            f"{entry.host} has resolution NONE, so gateway {gateway} has no endpoint for it",
        ).also(entry.source.at("spec", "resolution"), f"{entry.source.title} resolves nothing")
