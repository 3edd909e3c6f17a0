"""A route that a Rollout shifts has a destination which is neither of its versions.

With the first step Argo Rollouts writes the weights of the stable and the canary version, and takes
every other destination out of the route: its requests go to the stable version from then on.

Fix: give the others a route of their own, which the Rollout doesn't name, or list their subsets in
`destinationRule.additionalSubsetNames`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Rollout
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Rollout, severity=Severity.WARNING, since="0.1.0")
def check(rollout: Rollout, mesh: Mesh) -> Iterator[Outcome]:
    """Report such destinations at the Rollout."""
    for destination, place in mesh.traffic.rollouts.removed(rollout):
        yield Finding(
            place,
            f"the first step takes {destination.host} out of the route of "
            f"{destination.resource.title}, since it is neither the stable nor the canary version",
        ).also(destination.at("host"), "is taken out")
