"""TLS is opened to a TCP port without an `sni`, so that the server isn't told who is meant.

On an HTTP port the proxy takes the SNI from the request's Host. On a TCP port there is no request:
without `sni` the handshake names no host. A server that stands at its address alone doesn't mind;
one that shares it with others, as hosted databases do, resets the connection or shows another
certificate. Nor does the proxy compare the certificate with a name, without `subjectAltNames`.

Fix: write `sni: <host>` and `subjectAltNames: [<host>]`.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import Protocol
from meshctl.mesh import Mesh
from meshctl.mesh.core import is_wildcard
from meshctl.mesh.security import MUTUAL, SIMPLE, mode_of
from meshctl.mesh.traffic import ports_under, written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_BYTES = frozenset({Protocol.TCP, Protocol.MONGO, Protocol.MYSQL, Protocol.REDIS})


@rule(
    on=DestinationRule,
    severity=Severity.INFO,
    since="0.1.0",
    needs=("ServiceEntry",),
    holds=("tls",),
)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report originations to outside hosts on TCP ports."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    ports = [
        port
        for registered_host in mesh.registry.at(host)
        if registered_host.is_external
        for port in registered_host.ports
    ]
    for policy in written_policies(destination_rule) if not is_wildcard(host) else ():
        tls = policy.child("tls")
        if mode_of(tls) not in {SIMPLE, MUTUAL} or tls.has("sni"):
            continue
        port = next(
            (host_port for host_port in ports_under(policy, ports) if host_port.protocol in _BYTES),
            None,
        )
        if port is not None:
            yield Finding(
                tls.at("mode"),
                f"port {port.number} of {host} speaks {port.protocol}, so the handshake names no "
                "host: there is no `sni`, and no request to take it from",
            ).fixed_by(put(tls.at("sni"), host), safe=False)
