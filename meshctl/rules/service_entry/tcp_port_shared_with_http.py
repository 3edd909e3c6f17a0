"""A TCP port of a ServiceEntry without addresses has the number of an HTTP port.

Both want the listener `0.0.0.0:port` in every sidecar, so istiod merges them and has each connection
sniffed: what looks like HTTP goes by HTTP routes, the rest to this entry. Clients of a protocol in
which the server speaks first wait for ever, and HTTP spoken to this host isn't sent there. It
happens in all namespaces that see both, whoever added the second one.

Fix: give the entry `addresses`, choose another port, or limit it by `exportTo`.
"""

from collections.abc import Iterator

from meshctl.istio.well_known_ports import server_first
from meshctl.mesh import Mesh
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.INFO, since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report each port that an HTTP host shares; warn where the server speaks first."""
    for port in mesh.workloads.wide_ports.of(entry):
        found = mesh.workloads.wide_ports.http(port)
        if found is None:
            continue
        host, other = found
        speaks_first = port.protocol.upper() == "MYSQL" or server_first(port.port, None)
        effect = (
            "the server of the entry speaks first, so connections hang"
            if speaks_first
            else ("connections are sniffed, and HTTP is not sent to this entry")
        )
        yield Finding(
            port.at("number"),
            f"{host.host} is {other.protocol} on port {port.port} and this entry has no addresses, "
            f"so they share a listener in sidecars: {effect}",
            severity=Severity.WARNING if speaks_first else None,
        ).also(other.view.at(), f"declares {port.port} as {other.protocol}")
