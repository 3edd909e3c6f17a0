"""A policy for a Service or ServiceEntry reads requests, and none of its ports speaks HTTP.

The waypoint passes connections to such a port on without reading them. istiod leaves a rule of an ALLOW policy out there,
so that it lets nobody in; of a DENY rule only the part that reads requests, so that it refuses everything else that it
matches. TLS that applications speak themselves is no HTTP for the waypoint.

Fix: write the rule without methods, paths, hosts, headers and tokens, or let applications speak HTTP and the waypoint
encrypt (a DestinationRule with `tls`).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import HostPort
from meshctl.mesh.security import http_parts
from meshctl.resources import AuthorizationPolicy, Service, ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0", holds=("targetRefs",))
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first part that reads requests, for each target with a waypoint whose ports carry none."""
    part = next((part for rule in policy.rules for part in http_parts(rule)), None)
    if policy.action not in {"ALLOW", "DENY"} or part is None:
        return
    for target in policy.target_refs:
        source = mesh.ambient.target(target.kind, target.name, policy.namespace)
        if source is None or mesh.ambient.waypoint_use(source) is None:
            continue
        port = _opaque_port(source, mesh)
        if port is None:
            continue
        what = (
            "never matches"
            if policy.action == "ALLOW"
            else "refuses connections, whatever they carry,"
        )
        yield Finding(
            part,
            f"this rule {what} on port {port.number} of {source.title}, which speaks {port.protocol}",
        ).also(port.view.at(), f"is {port.protocol}")


def _opaque_port(source: Service | ServiceEntry, mesh: Mesh) -> HostPort | None:
    """Find the first port, if surely none carries requests."""
    ports = [port for host in mesh.registry.of(source) for port in host.ports]
    opaque = [port for port in ports if not port.protocol.may_be_http]
    return opaque[0] if opaque and len(opaque) == len(ports) else None
