"""A route means another port of a ServiceEntry than the client dialled, and resolution is NONE.

With NONE a sidecar connects to the address and port that the client dialled, whatever port the
route names: only the TLS settings and limits of the other port are used. TLS meant for 636 then
goes to 389.

Fix: give the ServiceEntry endpoints or DNS, or `targetPort` to the port that the route names.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", needs=("ServiceEntry",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports that change nothing but the settings of the connection."""
    for kept in mesh.clauses.kept_addresses.changed_ports(service):
        yield Finding(
            kept.destination.at("port", "number"),
            f"connections still go to port {kept.dialled}: {kept.entry.host} has resolution NONE, "
            f"and its port {kept.port.number} no targetPort",
        ).also(kept.entry.source.at("spec", "resolution"), "keeps what the client dialled")
