"""Two rules for one host of a listener have the same match.

Only one of them gets the requests: that of the older route, or of the first by namespace and name
when both are of the same age; within one route the first. The other rule is dead, and which one it
is can change when a route is created anew.

Fix: join the rules into one, with weights if the requests are to be shared out, or let the matches
differ.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import order_is_known
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=KubernetesRoute,
    severity=Severity.WARNING,
    since="0.1.0",
    renamed_from=("kubernetes-route/match-of-another-route",),
)
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report matches that an older route, or an earlier rule, has too and leads elsewhere."""
    for asked, first, where in mesh.gateway_api.competing_routes.same_asked(route):
        if first.route is route:
            text = "an earlier rule of this route takes these requests, so this one never does"
        elif not order_is_known((route, first.route)):
            text = (
                f"{first.route.title} has the same match for the same host: the older route takes "
                f"all of these requests{where}, and files don't say which that is"
            )
        else:
            text = (
                f"{first.route.title} has the same match for the same host, is older, and takes "
                f"all of these requests{where}"
            )
        yield Finding(asked.ref, text).also(first.ref, "asks for the same")
