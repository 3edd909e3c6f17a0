"""Two TLS servers claim the same host on one port of the gateway.

Envoy chooses a filter chain by SNI, so a host can have one. istiod keeps the server of the older
Gateway and leaves out the younger one as a whole, also for hosts that only it has, without an
error anywhere. VirtualServices bound to its Gateway get no TLS traffic: clients see 404 from the
other server's routes, or a failed handshake for the hosts that are gone. Servers of all
namespaces count, and so do plain servers with `httpsRedirect`.

Fix: keep the host in one server, and bind its VirtualServices to that Gateway.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import DroppedServer, DropReason, losses
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Gateway, severity=Severity.ERROR, equivalents=("IST0145", "KIA0301"), since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each server that is lost to another with the same TLS settings."""
    for loss in losses(mesh.gateways, gateway, DropReason.DUPLICATE_HOST):
        if loss.is_redirect_twice or loss.differing_settings:
            continue
        host, others = _hosts(loss)
        lost, rival = loss.lost.server, loss.rival
        index = loss.lost.duplicates[:1]
        yield Finding(
            lost.host_at(*index) if index else lost.at("hosts"),
            f"{quoted(host)} is already served on {loss.port} by {rival.key_name}: {loss.verdict}{others}",
        ).also(rival.server.at("hosts"), "claims the host first")


def _hosts(loss: DroppedServer) -> tuple[str, str]:
    """Name the duplicate host, and what is lost beside it."""
    hosts = loss.lost.server.hosts
    index = next(iter(loss.lost.duplicates), 0)
    others = [host for number, host in enumerate(hosts) if number not in loss.lost.duplicates]
    beside = f", with {', '.join(others)}" if others and loss.lost.duplicates else ""
    return hosts[index], beside
