"""A port of a wildcard host with DYNAMIC_DNS has a protocol that proxies make no upstream for.

With resolution DYNAMIC_DNS istiod makes upstreams for HTTP, HTTP2, GRPC and TLS ports alone. The API server takes HTTPS too, and
connections to such a port are routed to an upstream that no proxy has: they are closed, or get 503 with NC.

Fix: write TLS for connections that the clients encrypt, HTTP for plain requests.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import Protocol, parse_protocol
from meshctl.mesh import Mesh
from meshctl.mesh.core import is_wildcard
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_TAKEN = frozenset({Protocol.HTTP, Protocol.HTTP2, Protocol.GRPC, Protocol.TLS})


@rule(on=ServiceEntry, severity=Severity.ERROR, since="0.1.0", needs=("resolution",))
def check(entry: ServiceEntry, _: Mesh) -> Iterator[Outcome]:
    """Report ports of other protocols, such as HTTPS."""
    if entry.resolution != "DYNAMIC_DNS" or not any(map(is_wildcard, entry.hosts)):
        return
    for port in entry.ports:
        protocol = parse_protocol(port.protocol)
        if protocol is not None and protocol.is_tls and protocol not in _TAKEN:
            yield Finding(
                port.at("protocol"),
                f"proxies make no upstream for {port.protocol} with DYNAMIC_DNS, only for HTTP, HTTP2, GRPC and "
                "TLS: connections to this port are lost",
            ).fixed_by(put(port.at("protocol"), "TLS"), safe=False)
