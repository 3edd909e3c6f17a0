"""A workload calls a port by gRPC that is declared as HTTP/1.1.

gRPC comes to the proxy as HTTP/2, and a port named `http-…` is one of HTTP/1.1: what the proxy sends on is HTTP/1.1, which the
server refuses. Clients see `UNAVAILABLE`, or `503 UC`.

Fix: name the port `grpc-…`, call the port of the Service that is, or set `h2UpgradePolicy: UPGRADE` in a DestinationRule.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import Protocol
from meshctl.mesh import Mesh
from meshctl.mesh.sidecar_scope import DeclaredCall
from meshctl.mesh.traffic import written_policies
from meshctl.mesh.workloads import Membership
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report calls by `grpc://` between ends of which one has a sidecar (setUpstreamProtocol, Istio 1.31)."""
    if workload not in mesh.workloads:
        return
    for call in mesh.sidecar_scope.declared_calls.of(workload):
        port = call.host.port(call.port) if call.port is not None else None
        if port is None or call.scheme != "grpc" or port.protocol is not Protocol.HTTP:
            continue
        ends = (workload, *mesh.workloads.behind(call.host))
        has_proxy = any(mesh.workloads.membership(one) is Membership.SIDECAR for one in ends)
        if has_proxy and not _is_upgraded(call, mesh):
            yield Finding(
                call.place,
                f"{workload.title} calls {call.host.host}:{port.number} by gRPC, and sidecars send on HTTP/1.1 there, which "
                "carries none",
            ).also(port.view.at(), "declares the port")


def _is_upgraded(call: DeclaredCall, mesh: Mesh) -> bool:
    """May settings make proxies speak HTTP/2, or the protocol of the client, to a host?"""
    rules = mesh.traffic.destination_rules.covering(call.host.host)
    return mesh.config.raw.get("h2UpgradePolicy") == "UPGRADE" or any(
        policy.child("connectionPool").has("http")
        for rule in rules
        for policy in written_policies(rule)
    )
