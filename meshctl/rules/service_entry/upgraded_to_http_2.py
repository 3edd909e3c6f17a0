"""The mesh config upgrades all HTTP ports to HTTP/2, those of servers outside, too.

With `h2UpgradePolicy: UPGRADE` proxies speak HTTP/2 to every port that is declared HTTP, without asking whether the server knows
it. Sidecars do; a server outside that takes plain HTTP mostly knows HTTP/1.1 alone, and closes the connection: `503 UC`, or
`protocol error`.

Fix: add a DestinationRule for the host with `connectionPool.http.h2UpgradePolicy: DO_NOT_UPGRADE`.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import Protocol
from meshctl.mesh import Mesh
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.WARNING, since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report HTTP ports of hosts outside that no DestinationRule is for.

    shouldH2Upgrade, pilot/pkg/networking/core/cluster_traffic_policy.go, Istio 1.31.
    """
    if mesh.config.raw.get("h2UpgradePolicy") != "UPGRADE" or mesh.config.doubt:
        return
    for host in mesh.registry.of(entry)[:1] if entry.is_external else ():
        if next(mesh.traffic.destination_rules.covering(host.host), None) is not None:
            continue
        for port in host.ports:
            if port.protocol is not Protocol.HTTP:
                continue
            if known := mesh.knows.everywhere("DestinationRule"):
                yield Finding(
                    port.view.at("protocol")
                    if port.view.has("protocol")
                    else port.view.at("number"),
                    f"h2UpgradePolicy of the mesh config makes proxies speak HTTP/2 to {host.host}:{port.number}, which is "
                    "declared as HTTP/1.1, and no DestinationRule excepts it",
                )
            else:
                yield NotChecked(known.reason)
