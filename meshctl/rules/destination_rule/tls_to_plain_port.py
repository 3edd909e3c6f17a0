"""A DestinationRule opens TLS to port 80 of a host outside the mesh.

Clients call `http://host`, the proxy is to open TLS, and the ServiceEntry leads port 80 to port 80:
there the server speaks plain HTTP and takes the handshake for a broken request (`400`, a reset,
`WRONG_VERSION_NUMBER`). A `targetPort` is what leads the connection to the TLS port.

Fix: add `targetPort: 443` to port 80 of the ServiceEntry.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import HostPort, RegisteredHost
from meshctl.mesh.security import originates
from meshctl.resources import DestinationRule, ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_HTTP, _HTTPS = 80, 443


@rule(
    on=DestinationRule,
    severity=Severity.WARNING,
    since="0.1.0",
    needs=("ServiceEntry",),
    holds=("tls",),
)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report plain ports of outside hosts, if no route takes their requests to another port."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    if any(
        destination.port not in {None, _HTTP} for destination in mesh.traffic.destinations.to(host)
    ):
        return
    for registered in mesh.registry.at(host):
        for port in registered.ports if registered.is_external else ():
            tls = originates(destination_rule, port.number) if _is_plain(registered, port) else None
            if tls is not None:
                yield (
                    Finding(
                        tls.at("mode"),
                        f"TLS is opened to port {_HTTP} of {host}, where servers speak plain HTTP: "
                        "the ServiceEntry has no targetPort that leads to a TLS port",
                    )
                    .also(port.view.at(), "leads to port 80 of the servers")
                    .fixed_by(put(port.view.at("targetPort"), _HTTPS), safe=False)
                )


def _is_plain(host: RegisteredHost, port: HostPort) -> bool:
    """Does a port surely lead to port 80 of all servers?"""
    entry = host.source
    endpoints = entry.endpoints if isinstance(entry, ServiceEntry) else ()
    targets = {endpoint.ports.get(port.name, port.target) for endpoint in endpoints}
    return port.protocol.is_http and (targets or {port.target}) == {_HTTP}
