"""A TCP port of a ServiceEntry has no address to tell its traffic by.

HTTP and TLS traffic names its host, TCP does not. Without an address, sidecars open a listener on
`0.0.0.0` and the port, which takes the TCP traffic of all destinations with that port and sends it
to this one. Addresses that istiod allocates help where clients ask the proxy for names: with DNS
capture, or in ambient mode.

Fix: give `addresses`, or name the real protocol (`TLS`, `HTTPS`, `HTTP`), or turn on DNS capture
(`ISTIO_META_DNS_CAPTURE`) so that allocated addresses are used.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.WARNING, equivalents=("IST0134",), since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report the TCP ports of entries without addresses of any source."""
    for port in mesh.workloads.wide_ports.of(entry):
        says = f"is {port.protocol}" if port.protocol else "names no protocol, so it is TCP,"
        where = next((key for key in ("protocol", "name") if port.has(key)), "number")
        yield Finding(
            port.at(where),
            f"port {port.port} {says} and the entry has no addresses: sidecars send it all "
            f"TCP traffic of port {port.port}, whatever its destination",
        )
