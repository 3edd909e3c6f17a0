"""The annotation that adds mounts to the sidecar names a volume that the pod doesn't get.

`sidecar.istio.io/userVolumeMount` mounts a volume by its name, which `sidecar.istio.io/userVolume` or the pod itself has
to declare. The API server refuses a pod with a mount of no volume, so that its Deployment makes none.

Fix: give the volume and the mount the same name.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import USER_VOLUME_MOUNT
from meshctl.mesh import Mesh
from meshctl.mesh.injection import mounts_without_volume
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(
    on=Workload, severity=Severity.ERROR, since="0.1.0", hazard=True,
    needs=(USER_VOLUME_MOUNT,),
)  # fmt: skip
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report the names of such mounts of pods that get the template which reads them."""
    if mesh.workloads.is_to_be_injected(workload):
        for place, name in mounts_without_volume(workload):
            yield Finding(
                place,
                f"no volume of the pod is called {quoted(name)}: the API server refuses the pod, so none is made",
            )
