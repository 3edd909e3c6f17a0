"""A closer listener of the Gateway takes a host name away, and doesn't take this route.

Of two listeners with one port and protocol, a request is for the one with the closer host name
alone, whether that takes the route or not. The route is accepted by the other listener, and its
host answers `404`.

Fix: let the closer listener take the route (`allowedRoutes`, `sectionName`), or remove it.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report host names that are accepted and served by no listener."""
    for lost in mesh.gateway_api.unserved.hostnames(route):
        own, closer = lost.own.listener, lost.closer.listener
        yield Finding(
            route.spec.at("hostnames", lost.number),
            f"listener {quoted(closer.name)} ({closer.hostname}) takes {route.hostnames[lost.number]} "
            f"from {quoted(own.name)} ({own.hostname or '*'}), and doesn't take this route: the host answers 404",
        ).also(closer.at("hostname"), "the closer listener")
