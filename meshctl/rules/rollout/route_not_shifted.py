"""A Rollout shifts a route that isn't there, or that doesn't lead to both versions.

Argo Rollouts sets the weights of the HTTP routes that `trafficRouting.istio` names. Each needs a
destination for the stable and one for the canary pods. Where one is missing, the Rollout is an
invalid spec: no new version gets a request.

Fix: name the VirtualService and its route (`http[].name`), and give the route both destinations.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Rollout
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Rollout, severity=Severity.ERROR, since="0.1.0")
def check(rollout: Rollout, mesh: Mesh) -> Iterator[Outcome]:
    """Report VirtualServices, routes and destinations that are known to be missing."""
    for unshifted in mesh.traffic.rollouts.routes(rollout):
        if not unshifted.is_sure:
            yield NotChecked("the input doesn't hold the objects that a Rollout edits")
            continue
        finding = Finding(unshifted.place, f"{unshifted.message}: the Rollout shifts nothing")
        if unshifted.related is not None:
            finding = finding.also(unshifted.related, "what is there")
        yield finding
