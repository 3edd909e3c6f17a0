"""A server redirects a host to HTTPS, but no server of the gateway takes TLS for it.

Every plain request is answered with a redirect to `https://`, and there the connection is refused
or meets a certificate for other hosts. If a load balancer in front opens TLS and forwards plain
HTTP, clients go round in circles: `ERR_TOO_MANY_REDIRECTS`.

Fix: add an HTTPS server for the host, or remove `httpsRedirect` and let the load balancer redirect.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import server_hosts
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(
    on=Gateway,
    severity=Severity.WARNING,
    since="0.1.0",
    renamed_from=("gateway/redirect-to-nowhere",),
)
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each redirected host that neither this Gateway nor another one serves elsewhere."""
    knows = mesh.is_whole or any(server.is_tls for server in gateway.servers)
    knows = knows or any(
        effective_gateway.workload.is_real
        for effective_gateway in mesh.gateways.distinct_of(gateway)
    )
    for server in gateway.servers:
        if not server.https_redirect or server.is_tls:
            continue
        for index, (_, host) in enumerate(server_hosts(server)):
            if mesh.gateways.has_target(server, host):
                continue
            if not knows:
                yield NotChecked("Gateways with the TLS servers may be outside the input")
                return
            yield Finding(
                server.host_at(index),
                f"{quoted(host)} is redirected to HTTPS, but no server of this gateway takes TLS for "
                "that host; behind a load balancer that opens TLS this is a loop",
            )
