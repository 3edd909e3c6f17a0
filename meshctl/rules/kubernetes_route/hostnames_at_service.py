"""A route that attaches to Services alone has host names, which nobody looks at.

Clients follow the route for the names of the Service, whatever its `hostnames` say.

Fix: remove `hostnames`; to choose by the host of a request, attach the route to a Gateway.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule

_OF_MESH = frozenset({"Service", "ServiceEntry"})
_HTTP = frozenset({"HTTPRoute", "GRPCRoute"})


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report host names of HTTPRoutes and GRPCRoutes that have no Gateway as a parent."""
    kinds = {parent.kind for parent in route.parents}
    if route.hostnames and route.kind in _HTTP and kinds and kinds <= _OF_MESH:
        names = ", ".join(route.hostnames)
        yield Finding(
            route.spec.key("hostnames"),
            f"clients of the Service follow this route for its own names, not for {names}",
        ).fixed_by(delete(route.spec.at("hostnames")))
