"""A CORS policy stands on a rule that never gets the preflight.

Browsers ask with `OPTIONS` first. Envoy answers that with the policy of the route it matches; if
the rule takes `GET` or `POST` alone, the preflight goes to another rule or gets 404, and the
browser refuses the real request.

Fix: add a match for method `OPTIONS` to the rule, or leave `method` out.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import from_istio
from meshctl.resources import Route, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("corsPolicy",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report policies no preflight meets, unless another rule of the object has one for it."""
    with_policy = [route for route in service.http if route.has("corsPolicy")]
    if any(_takes_preflight(route) for route in with_policy):
        return
    for route in with_policy:
        yield Finding(
            route.key("corsPolicy"),
            "no match of this rule takes method OPTIONS, so the preflight of a browser never meets "
            "its CORS policy",
        )


def _takes_preflight(route: Route) -> bool:
    asked = [from_istio(match.data, frozenset()).method for match in route.matches]
    return not asked or any(match is None or match.takes("OPTIONS") is not False for match in asked)
