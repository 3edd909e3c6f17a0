"""Connections to a port that isn't HTTP are to be hashed by a header, cookie or query parameter.

There are no requests to read on such a port: the proxy hashes nothing and takes a pod by chance for
each connection. Of TCP it can hash the address of the client alone. Where an http route leads to the port, as
from a gateway that opens TLS and closes it again, there are requests.

Fix: use `useSourceIp`, or declare the port as HTTP if that is what it speaks.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import Protocol
from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_policies
from meshctl.resources import DestinationRule, PortPolicy, TrafficPolicy
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_OF_REQUESTS = ("httpHeaderName", "httpCookie", "httpQueryParameterName")


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=("consistentHash",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report hashing for hosts and ports none of which may carry HTTP."""
    for policy in written_policies(destination_rule):
        hashed = policy.child("loadBalancer").child("consistentHash")
        key = next((one for one in _OF_REQUESTS if hashed.has(one)), None)
        port = _opaque_port(destination_rule, policy, mesh) if key is not None else None
        if key is not None and port is not None:
            finding = Finding(
                hashed.at(key),
                f"{key} is read from requests, and port {port[0]} of {destination_rule.host} speaks "
                f"{port[1]}: connections are spread by chance",
            )
            if hashed.names() == (key,):
                by_client = put(hashed.at(), {"useSourceIp": True})
                finding = finding.fixed_by(by_client, safe=False)
            yield finding


def _opaque_port(
    destination_rule: DestinationRule, policy: TrafficPolicy | PortPolicy, mesh: Mesh
) -> tuple[int, Protocol] | None:
    """Find the first port that a policy is for, if all of them surely aren't HTTP."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    ports = [port for registered_host in mesh.registry.at(host) for port in registered_host.ports]
    if isinstance(policy, PortPolicy):
        ports = [port for port in ports if port.number == policy.port]
    if not ports or any(port.protocol.may_be_http for port in ports):
        return None
    if any(mesh.traffic.destinations.brings_requests(host, port.number) for port in ports):
        return None
    return ports[0].number, ports[0].protocol
