"""An HTTP port leads to port 443 of servers outside, and nothing opens TLS to them.

`targetPort: 443` is half of a TLS origination: it makes the proxy connect to the TLS port. A
DestinationRule is the other half. Without one the proxy sends plain HTTP there, and the server
answers `400 The plain HTTP request was sent to HTTPS port` or hangs up.

Fix: add a DestinationRule for the host with `tls.mode: SIMPLE` for this port, or remove `targetPort`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import HostPort, RegisteredHost
from meshctl.mesh.security import originates
from meshctl.resources import ServiceEntry, Workload
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule

_HTTPS = 443


@rule(on=ServiceEntry, severity=Severity.WARNING, since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports that carry requests, reach 443 alone, and have no origination in the input."""
    for host in mesh.registry.of(entry)[:1] if entry.is_external else ():
        written = entry.ports_of_endpoints
        for port in host.ports:
            if not port.protocol.is_http or port.number == _HTTPS:
                continue
            own = written.get(port.name, [])
            targets = {*own, port.target} if len(own) < len(entry.endpoints) or not own else {*own}
            if targets != {_HTTPS}:
                continue
            missed = _caller_without(host, port, mesh)
            opens = mesh.security.tls_origination.may_reach
            if missed is None and any(opens(one, port.number) for one in entry.hosts):
                continue
            known = mesh.knows.everywhere("DestinationRule")
            if not known:
                yield NotChecked(known.reason)
                continue
            yield Finding(
                port.view.at("targetPort"),
                f"port {port.number} leads to port {_HTTPS} of {host.host}, and no DestinationRule "
                f"{f'that {missed.title} reads ' if missed else ''}opens TLS: the server gets plain "
                "HTTP on its TLS port",
            )


def _caller_without(host: RegisteredHost, port: HostPort, mesh: Mesh) -> Workload | None:
    """Give a known caller, if none of them reads a rule that opens TLS, and no route leads there."""
    callers = mesh.sidecar_scope.declared_callers.of_outside(host.host, port.number)
    rules = mesh.traffic.destination_rules
    if mesh.traffic.destinations.to(host.host) or next(rules.covering(host.host), None) is None:
        return None
    for caller in callers:
        found = rules.effective(host, caller.namespace, caller.pod_labels)
        if any(originates(rule, port.number) for rule in (found.rules if found else ())):
            return None
    return callers[0] if callers else None
