"""Two ServiceEntries give one port of a host different protocols.

A client has one upstream for the host and port, made of one of the entries, and what the other one
says is lost: HTTP routes don't act on what was taken for TCP, and TLS is not opened twice.

Fix: give the port the same protocol in all entries, or limit each to its own clients by `exportTo`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.WARNING, equivalents=("IST0177", "KIA1212"), since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report each port of this entry with its rivals of other protocols."""
    for twin in mesh.registry.service_entries.twins(entry):
        if not twin.same_protocol:
            yield Finding(
                twin.port.at("protocol") if twin.port.has("protocol") else twin.port.at("number"),
                f"{twin.host} port {twin.port.port} is {twin.protocol} here and "
                f"{twin.other_protocol} in {twin.other.resource.key_name}; clients use one of them",
            ).also(twin.other.at("protocol"), f"says {twin.other_protocol}")
