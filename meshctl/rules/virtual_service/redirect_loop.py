"""A redirect leads to a request that the same rule redirects again.

Browsers follow it some twenty times and give up (`ERR_TOO_MANY_REDIRECTS`); other clients see only
301 answers. Typical are a redirect to `https` at a gateway that serves the host with HTTPS, too,
and one to a page or host that the match doesn't leave out.

Fix: narrow the match to what should be redirected (`scheme`, `port`, `authority`, the path), or
use `httpsRedirect` of the Gateway server.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("redirect", "delegate"))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report redirects whose target is taken by the match that leads there."""
    for match, target in mesh.reachability.redirect_loops.of(service):
        redirect = match.rule.action.key("redirect")
        yield Finding(
            redirect, f"the redirect leads to {target}, which {match.title} redirects again"
        ).also(match.place, "takes the redirected request, too")
