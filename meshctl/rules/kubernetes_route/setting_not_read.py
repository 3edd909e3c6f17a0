"""A route has a setting that Istio doesn't read.

istiod makes nothing of `sessionPersistence` of a rule, nor of `useDefaultGateways`: requests of one session go to any
backend, and the route attaches to its `parentRefs` alone. The status says nothing.

Fix: keep a session at a backend by `trafficPolicy.loadBalancer.consistentHash` of a DestinationRule, and name the Gateway
in `parentRefs`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(
    on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0",
    holds=("sessionPersistence", "useDefaultGateways"),
)  # fmt: skip
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report settings of routes that istiod reads for a Gateway or Service of its own."""
    if not mesh.gateway_api.is_read_by_istio(route):
        return
    found = [(one, "sessionPersistence") for one in route.rules if one.has("sessionPersistence")]
    if route.spec.text("useDefaultGateways") == "All":
        found.insert(0, (route.spec, "useDefaultGateways"))
    for view, key in found:
        text = f"Istio doesn't read {key}, so that it has no effect"
        yield Finding(view.key(key), text).fixed_by(delete(view.at(key)), safe=False)
