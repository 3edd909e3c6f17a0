"""Two servers for the same host and port have different TLS settings.

Only one of them can hold: istiod keeps the server of the older Gateway and leaves out the other
one as a whole. A host that should demand client certificates may be served without, one that
should pass through may be opened at the gateway, or clients get another certificate; recreating
a Gateway turns it around.

Fix: keep one server for the host, with the `tls` settings that are meant, and remove the host from
`hosts` of the other one.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import DroppedServer, DropReason, losses
from meshctl.resources import Gateway, Ref, Server
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Gateway, severity=Severity.ERROR, equivalents=("IST0145",), since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each server that is lost to one with other TLS settings."""
    for loss in losses(mesh.gateways, gateway, DropReason.DUPLICATE_HOST):
        if loss.is_redirect_twice or not loss.differing_settings:
            continue
        lost, rival = loss.lost.server, loss.rival
        yield Finding(
            _place(loss),
            f"{_said(lost, loss)} for {quoted(_host(loss))}, but {rival.key_name} on the same "
            f"{loss.port} has {_said(rival.server, loss)}: {loss.verdict}",
        ).also(rival.server.key("tls"), "has other settings for the host")


def _place(loss: DroppedServer) -> Ref:
    setting = loss.differing_settings[0]
    lost = loss.lost.server
    return lost.at("tls", setting) if lost.tls.has(setting) else lost.key("tls")


def _host(loss: DroppedServer) -> str:
    hosts = loss.lost.server.hosts
    return hosts[next(iter(loss.lost.duplicates), 0)]


def _said(server: Server, loss: DroppedServer) -> str:
    said = [f"{key} {server.tls.data.get(key) or 'unset'}" for key in loss.differing_settings[:2]]
    return " and ".join(said)
