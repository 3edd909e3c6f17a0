"""A step of a Rollout sets a route that `managedRoutes` doesn't list.

Argo Rollouts makes routes by header, and mirrors, at the top of the VirtualService, and removes them at the
end. It has to know their names and order: `trafficRouting.managedRoutes` lists them all. A Rollout with a
step for another one is refused as an invalid spec, and no new version is rolled out.

Fix: add the name to `strategy.canary.trafficRouting.managedRoutes`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Rollout
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=Rollout, severity=Severity.ERROR, since="0.1.0", holds=("setHeaderRoute", "setMirrorRoute")
)
def check(rollout: Rollout, mesh: Mesh) -> Iterator[Outcome]:
    """Report the steps of Rollouts that Istio's routes are edited for."""
    for unshifted in mesh.traffic.rollouts.unmanaged(rollout):
        yield Finding(
            unshifted.place, f"{unshifted.message}: Argo refuses the Rollout as an invalid spec"
        )
