"""A TLSRoute has host names for two listeners of one port, and one of them lacks its chain.

istiod makes one filter chain for all names that a TLSRoute has at a listener, and none where a chain of the same port has
one of them already. A route for `*.example.com` and `www.example.com` at listeners of both names has a chain for
`www.example.com` alone: connections for the other names are cut off.

Fix: write a route for each listener (`parentRefs[].sectionName`), with the host names of that listener alone.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, quoted, shortened


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0", needs=("TLSRoute",))
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that no listener serves, since the chain with them would have another's name."""
    for lost in mesh.gateway_api.connections.lost_names(route):
        names = shortened(lost.names, MOST_LISTED)
        place = lost.reference.at("sectionName" if lost.reference.section else "name")
        own = lost.listener.listener
        yield Finding(
            place,
            f"another listener of port {lost.listener.port} has {lost.shared} already, so that listener "
            f"{quoted(own.name)} has no chain for this route: connections for {names} are cut off",
        ).also(own.at("name"), "the listener without a chain")
