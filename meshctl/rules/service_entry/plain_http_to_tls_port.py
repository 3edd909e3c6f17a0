"""An HTTP port leads to port 443 of servers outside, and nothing opens TLS to them.

`targetPort: 443` is half of a TLS origination: it makes the proxy connect to the TLS port. A
DestinationRule is the other half. Without one the proxy sends plain HTTP there, and the server
answers `400 The plain HTTP request was sent to HTTPS port` or hangs up.

Fix: add a DestinationRule for the host with `tls.mode: SIMPLE` for this port, or remove `targetPort`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule

_HTTPS = 443


@rule(on=ServiceEntry, severity=Severity.WARNING, since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports that carry requests, reach 443 alone, and have no origination in the input."""
    for host in mesh.registry.of(entry)[:1] if entry.is_external else ():
        for port in host.ports:
            targets = {one.ports.get(port.name, port.target) for one in entry.endpoints}
            if not port.protocol.is_http or port.number == _HTTPS:
                continue
            if (targets or {port.target}) != {_HTTPS}:
                continue
            if any(
                mesh.security.tls_origination.may_reach(one, port.number) for one in entry.hosts
            ):
                continue
            known = mesh.knows.everywhere("DestinationRule")
            if not known:
                yield NotChecked(known.reason)
                continue
            yield Finding(
                port.view.at("targetPort"),
                f"port {port.number} leads to port {_HTTPS} of {host.host}, and no DestinationRule "
                "opens TLS: the server gets plain HTTP on its TLS port",
            )
