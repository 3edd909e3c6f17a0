"""Sidecars send requests to an egress gateway with TLS, or an SNI, that its server doesn't take.

The first leg has two sides. The server says what arrives: plain HTTP, TLS with the mesh's
certificates (`ISTIO_MUTUAL`), for its hosts as SNI. The sidecars follow a DestinationRule for the
gateway's Service; without one they send plaintext, since gateway pods aren't known to take mutual
TLS, and without `sni` the SNI is the name of the upstream (`outbound_.443_.…`). Where the two
differ the connection is reset, and callers get 503.

Fix: give the DestinationRule of the gateway's Service, for this port and subset, the TLS mode of the
server and `sni: <host of the server>`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import DECLARING_KINDS
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", needs=DECLARING_KINDS)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report first legs that no server of the gateway takes, once for each destination."""
    told = set()
    for hop in mesh.reachability.egress_paths.legs(service):
        place = hop.destination.at("host")
        refused = mesh.clauses.egress_tls.refused(hop) if place not in told else None
        if refused is None:
            continue
        told.add(place)
        finding = Finding(
            place,
            f"sidecars send {hop.host} to gateway {hop.gateway.workload.name} in a way that "
            f"{refused.server.title} refuses: {refused.why}",
        ).also(refused.server.server.at(), "is the server")
        if refused.setting is not None:
            finding = finding.also(refused.setting, "says what sidecars send")
        yield finding
