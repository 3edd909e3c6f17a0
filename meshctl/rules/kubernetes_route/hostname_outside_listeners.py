"""No listener of the Gateway takes a host name of the route.

A route only gets requests for host names that a listener has too. One that fits to no listener gets
none: its requests answer `404` (or the TLS handshake fails), and if that holds for all host names
the route isn't accepted at all.

Fix: correct the host name, or add it to a listener; a listener `*.example.com` takes
`www.example.com`, but not `example.com`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report host names that none of the listeners the route attaches to has."""
    for index, parent in mesh.gateway_api.competing_routes.unserved(route):
        listeners = mesh.gateway_api.competing_routes.listeners(parent)
        taken = shortened(
            [*dict.fromkeys(listener.hostname for listener in listeners)], MOST_LISTED
        )
        yield Finding(
            route.spec.at("hostnames", index),
            f"no listener of Gateway {parent.namespace}/{parent.name} takes "
            f"{route.hostnames[index]}; this route attaches to those for {taken}",
        ).also(listeners[0].at("hostname"), "takes this host name")
