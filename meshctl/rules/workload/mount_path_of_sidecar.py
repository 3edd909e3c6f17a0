"""The sidecar gets another volume at a path where it keeps its own files.

A container called `istio-proxy` is merged with the sidecar, its mounts by path: what the injector
mounts there is gone, and Envoy finds no directory for its settings, no token, or not the labels of
its pod. An annotation adds a second mount instead, and the API server refuses the pod.

Fix: mount the volume at another `mountPath`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import NEEDED_MOUNTS, mounts_added_twice, mounts_replaced
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=Workload,
    severity=Severity.ERROR,
    since="0.1.0",
    hazard=True,
    holds=("volumeMounts", "annotations"),
)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report mounts in the settings of the sidecar; certificates may be replaced on purpose."""
    if not mesh.workloads.is_to_be_injected(workload):
        return
    for place, path, injected in mounts_replaced(workload):
        if path in NEEDED_MOUNTS:
            yield Finding(
                place,
                f"this mount takes the place of the sidecar's own volume {injected} at {path}, without "
                "which the sidecar doesn't work",
                severity=Severity.WARNING,
            )
    for place, path, injected in mounts_added_twice(workload):
        yield Finding(
            place,
            f"the injector mounts its volume {injected} at {path} already: the API server refuses "
            "a container with two mounts at one path",
        )
