"""The annotation that adds volumes or mounts to the sidecar isn't JSON.

The template reads `sidecar.istio.io/userVolume` and `userVolumeMount` as a mapping or a list. What
it can't read stops it: the webhook refuses the pod, so that its Deployment makes none.

Fix: write JSON, as in `'{"cache": {"emptyDir": {}}}'`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import unreadable_volumes
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0", hazard=True)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report such annotations of pods that get the template which reads them."""
    if mesh.workloads.is_to_be_injected(workload):
        for place in unreadable_volumes(workload):
            yield Finding(
                place,
                "the value is no mapping or list in JSON, so that the injection webhook refuses the pod",
            )
