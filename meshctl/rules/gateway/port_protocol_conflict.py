"""Two servers give one port of the gateway different protocols.

A gateway has one listener for each container port and address. The server of the oldest Gateway
decides whether it speaks HTTP, TLS or TCP; istiod leaves out a later server that says otherwise,
with all its hosts, and only logs it. Clients of those hosts get 404, a reset, or bytes of the
wrong protocol. Ports 80 and 8080 may be one container port: the Service translates them.

Fix: give the server another port, another `bind` address, or the protocol of the first one.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import DroppedServer, DropReason, losses
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Gateway, severity=Severity.ERROR, equivalents=("IST0145",), since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each server whose port already speaks something else."""
    for loss in losses(mesh.gateways, gateway, DropReason.PROTOCOL):
        lost, rival = loss.lost.server, loss.rival.server
        yield Finding(
            lost.at("port", "protocol"),
            _message(loss),
        ).also(rival.at("port", "protocol"), "came first and decides the protocol")


def _message(loss: DroppedServer) -> str:
    lost, rival = loss.lost.server, loss.rival.server
    if lost.protocol == rival.protocol:
        return (
            f"{loss.port} has one {rival.protocol} server, {loss.rival.key_name}, since without TLS "
            f"nothing tells two apart: {loss.verdict}"
        )
    return (
        f"{lost.protocol} on {loss.port}, which speaks {rival.protocol} for "
        f"{loss.rival.key_name}: {loss.verdict}"
    )
