"""A Rollout tells versions apart by a Service that isn't there, or by one for both.

Argo Rollouts writes the hash of each version into the selectors of the two Services, which have
to exist before it does. Otherwise the Rollout is an invalid spec.

Fix: create both Services, or correct `stableService` or `canaryService`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Rollout
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Rollout, severity=Severity.ERROR, since="0.1.0")
def check(rollout: Rollout, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services that are known to be missing, and one that has both parts."""
    for unshifted in mesh.traffic.rollouts.services(rollout):
        if not unshifted.is_sure:
            yield NotChecked("the input doesn't hold the objects that a Rollout edits")
            continue
        finding = Finding(
            unshifted.place, f"{unshifted.message}: the Rollout is refused as an invalid spec"
        )
        if unshifted.related is not None:
            finding = finding.also(unshifted.related, "what is there")
        yield finding
