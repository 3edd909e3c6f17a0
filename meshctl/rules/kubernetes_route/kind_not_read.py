"""istiod doesn't read routes of this kind.

Istio has no UDPRoute, and reads TLSRoutes, TCPRoutes and GRPCRoutes only where the
CustomResourceDefinition is new enough. Until then the route has no status and no effect.

Fix: install a newer release of the Gateway API, or use another kind.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report UDPRoutes, and routes whose definition is too old."""
    api = mesh.gateway_api
    if api.reads(route.kind):
        return
    is_ours = api.is_read_by_istio(route)
    if is_ours is None:
        yield NotChecked("a Gateway that is not in the input may be another controller's")
    if not is_ours:
        return
    definition = api.old_definitions.get(route.kind)
    if definition is None:
        yield Finding(route.at("kind"), f"Istio doesn't read {route.kind}s")
    else:
        yield Finding(
            route.at("kind"),
            f"Istio doesn't read {route.kind}s of a CustomResourceDefinition this old",
        ).also(definition.at("metadata", "name"), "the definition")
