"""A Rollout tells versions apart by subsets that the DestinationRule doesn't have.

Argo Rollouts writes the hash of each version into the labels of the two subsets. Where the
DestinationRule or a subset is missing, the Rollout is an invalid spec: it shifts nothing.

Fix: correct the name below `trafficRouting.istio.destinationRule` of the Rollout, or add the subset to
the DestinationRule.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Rollout
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Rollout, severity=Severity.ERROR, since="0.1.0")
def check(rollout: Rollout, mesh: Mesh) -> Iterator[Outcome]:
    """Report DestinationRules and subsets that are known to be missing."""
    for unshifted in mesh.traffic.rollouts.subsets(rollout):
        if not unshifted.is_sure:
            yield NotChecked("the input doesn't hold the objects that a Rollout edits")
            continue
        finding = Finding(unshifted.place, f"{unshifted.message}: the Rollout shifts nothing")
        if unshifted.related is not None:
            finding = finding.also(unshifted.related, "what is there")
        yield finding
