"""The protocol of a ServiceEntry's port isn't what such a port speaks.

Port 443 as HTTP: clients that open TLS aren't matched by the HTTP listener, so neither the routes
nor the DestinationRules of the host hold, and with REGISTRY_ONLY the connection is refused although
the host is declared. Port 80 as TLS: plain requests have no SNI to match. HTTP on the port of a
database: the sidecar waits for a request and answers the bytes of the database with 400.

Fix: HTTPS or TLS for 443, HTTP for 80, TCP for databases. To let applications call `http://` and
the sidecar open TLS, declare port 80 as HTTP with `targetPort: 443` and a DestinationRule with
tls mode SIMPLE.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import parse_protocol
from meshctl.istio.well_known_ports import database
from meshctl.mesh import Mesh
from meshctl.resources import ServiceEntry
from meshctl.resources.istio.service_entry import EntryPort
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_HTTP, _HTTPS = 80, 443
_SPOKEN = {_HTTP: "HTTP", _HTTPS: "HTTPS"}


@rule(on=ServiceEntry, severity=Severity.WARNING, since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports whose number contradicts the protocol, unless the sidecar opens TLS itself."""
    for port in entry.ports:
        why = _contradiction(port)
        if why and not (port.port == _HTTPS and _is_opened(entry, mesh)):
            place = port.at("protocol")
            finding = Finding(place, f"port {port.port} is declared {port.protocol}{why}")
            spoken = _SPOKEN.get(port.port or 0, "TCP" if entry.addresses else "")
            yield finding.fixed_by(put(place, spoken), safe=False) if spoken else finding


def _is_opened(entry: ServiceEntry, mesh: Mesh) -> bool:
    opens = mesh.security.tls_origination.may_reach
    return any(opens(host, _HTTPS) for host in entry.hosts)


def _contradiction(port: EntryPort) -> str:
    protocol = parse_protocol(port.protocol)
    if protocol is None:
        return ""
    if protocol.is_http and port.port == _HTTPS:
        return ", so that TLS, which clients open on it, isn't routed by this entry"
    if protocol.is_tls and port.port == _HTTP:
        return ", so that plain requests on it aren't routed by this entry"
    kind = database(port.port, port.target) if protocol.is_http else ""
    return f", but it is the port of {kind}, whose bytes are no requests" if kind else ""
