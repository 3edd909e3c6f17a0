"""A match asks for a scheme that requests don't have where it is read.

The scheme is that of the connection as Envoy gets it: `https` at servers of a Gateway that open TLS, `http` at all others and
in the mesh, since applications hand plaintext to their sidecars. A rule for the other scheme is passed over, a redirect to
HTTPS among them. A proxy before the gateway that speaks HTTP/2 may send another scheme of its own.

Fix: leave the scheme out; `tls.httpsRedirect` of a Gateway's server redirects plain requests.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import WRITTEN_KINDS, StringMatch
from meshctl.mesh.traffic import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import all_of


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("scheme",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report schemes that no request has by its connection."""
    for route in service.http:
        for match in route.matches:
            view = match.child("scheme")
            several = (StringMatch(kind, view.text(kind)) for kind in WRITTEN_KINDS)
            asked = next((one for one in several if one.value), None)
            known = mesh.clauses.match_listeners.schemes(route, match) if asked is not None else {}
            every = frozenset[str]().union(*known.values())
            if asked is None or not known or not all(known.values()):
                continue
            if any(asked.takes(scheme) is not False for scheme in every):
                continue
            where = all_of(["the mesh" if name == MESH else name for name in known])
            yield Finding(
                match.at("scheme"),
                f"requests in {where} have the scheme {' or '.join(sorted(every))}: nothing meets {asked}",
            )
