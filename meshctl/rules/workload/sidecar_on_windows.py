"""A pod for Windows nodes gets a sidecar.

Istio's proxy exists for Linux alone. The injector doesn't look at the operating system, so that the
pod waits for ever for an image that Windows nodes can't pull, or is refused for settings of Linux.

Fix: leave the pod out of the mesh by the label `sidecar.istio.io/inject: "false"`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECT
from meshctl.mesh import Mesh
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_LABELS = ("kubernetes.io/os", "beta.kubernetes.io/os")


@rule(
    on=Workload, severity=Severity.ERROR, since="0.1.0", hazard=True, holds=("nodeSelector", "os")
)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report pods that say that they run on Windows, in either of two ways."""
    if not mesh.workloads.is_to_be_injected(workload):
        return
    spec = workload.pod_spec
    selector = spec.child("nodeSelector")
    places = [selector.at(name) for name in _LABELS if selector.text(name) == "windows"]
    if spec.child("os").text("name") == "windows":
        places.append(spec.at("os", "name"))
    for place in places[:1]:
        yield Finding(
            place, "this pod gets a sidecar, of which there is none for Windows"
        ).fixed_by(put(workload.template.at("metadata", "labels", INJECT), "false"), safe=False)
