"""Limits of requests are set for a host none of whose ports carries requests.

`connectionPool.http` is about requests and HTTP connections. On a TCP port the proxy passes bytes on
and counts connections alone: `maxRequestsPerConnection`, `http2MaxRequests`, `idleTimeout` and their
like do nothing there.

Fix: use `connectionPool.tcp` (`maxConnections`, `idleTimeout`), or declare the port as HTTP if that is
what it speaks.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import ports_under, written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule

_OF_CONNECTIONS = "http1MaxPendingRequests"
"""It counts connections that wait, too (ConnPoolImplBase of Envoy)."""


@rule(on=DestinationRule, severity=Severity.INFO, since="0.1.0", holds=("connectionPool",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report settings for ports that surely are no HTTP."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    every = [port for registered_host in mesh.registry.at(host) for port in registered_host.ports]
    for policy in written_policies(destination_rule):
        http = policy.child("connectionPool", "http")
        key = next((name for name in http.names() if name != _OF_CONNECTIONS), None)
        ports = ports_under(policy, every) if key else ()
        if key is None or not ports:
            continue
        if any(host_port.protocol.may_be_http for host_port in ports):
            continue
        if any(
            mesh.traffic.destinations.brings_requests(host, host_port.number) for host_port in ports
        ):
            continue
        yield Finding(
            http.at(key),
            f"{key} is about requests, and port {ports[0].number} of {destination_rule.host} speaks "
            f"{ports[0].protocol}: it has no effect",
        )
