"""A redirecting server names its host with a namespace, and no VirtualService serves the host.

For `httpsRedirect` istiod makes a virtual host of the text as it stands, so that its domain is
literally `team/shop.test`. No request asks for that: plain requests for the real host get 404
instead of the redirect. Where a VirtualService is bound to the server for the host, there is a
virtual host of the right name, and the redirect works.

Fix: write the host without a namespace in the redirecting server, or bind the host's
VirtualService to this Gateway.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import overlaps
from meshctl.mesh.gateways import server_hosts
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule
from meshctl.words import quoted


@rule(on=Gateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each qualified host that is redirected only under its qualified name."""
    for server in gateway.servers:
        if not server.https_redirect:
            continue
        redirected = list(mesh.gateways.redirected_by(server))
        for index, (namespace, host) in enumerate(server_hosts(server)):
            if not namespace or any(overlaps(host, domain) for domain in redirected):
                continue
            if not mesh.is_whole and not mesh.traffic.routes.naming(gateway.key_name):
                yield NotChecked("no VirtualService in the input names the redirecting Gateway")
                continue
            yield Finding(
                server.host_at(index),
                f"requests for {quoted(host)} get 404 instead of the redirect: istiod redirects the "
                f"domain {quoted(f'{namespace}/{host}')}, which no request has",
            ).fixed_by(put(server.host_at(index), host), safe=False)
