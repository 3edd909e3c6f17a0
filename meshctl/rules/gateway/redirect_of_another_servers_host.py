"""A server redirects a host to HTTPS that another plain server of the gateway serves.

Plain servers on one port share a virtual host for each host, whichever Gateway they come from.
One `httpsRedirect` sets the redirect for all of it: the routes that come through the other server
are never used, so that ACME challenges, health checks or clients without TLS get 301.

Fix: remove `httpsRedirect` from the one server, or set it in both where the redirect is meant.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import overlaps
from meshctl.mesh.gateways import server_hosts
from meshctl.resources import Gateway, Ref, Server
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(
    on=Gateway,
    severity=Severity.WARNING,
    since="0.1.0",
    renamed_from=("gateway/https-redirect-bleed",),
)
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each plain server, once for each host that is redirected."""
    for server in gateway.servers:
        for bleed in mesh.gateways.server_conflicts.bleeds.get(server, ()):
            other = bleed.redirecting
            finding = Finding(
                _place(server, bleed.host),
                f"plain requests for {quoted(bleed.host)} are redirected to HTTPS, not routed, since "
                f"{other.key_name} sets httpsRedirect for the host",
                severity=Severity.ERROR if bleed.only_plain else None,
            ).also(other.server.at("tls", "httpsRedirect"), "redirects all servers of the host")
            for service in bleed.only_plain[:1]:
                finding = finding.also(
                    service.spec.at("gateways"), "is bound to this Gateway alone, so never used"
                )
            yield finding


def _place(server: Server, host: str) -> Ref:
    for index, (_, own) in enumerate(server_hosts(server)):
        if overlaps(own, host):
            return server.host_at(index)
    return server.at("hosts")
