"""Sidecars are injected into a namespace whose pod security level forbids their init container.

Without Istio's CNI plugin the container `istio-init` redirects the pod's traffic, and for that has
the capabilities `NET_ADMIN` and `NET_RAW`. The levels `baseline` and `restricted` refuse pods with
these: `FailedCreate ... violates PodSecurity`, and no pod of the namespace comes up.

Fix: install Istio with the CNI plugin (`pilot.cni.enabled: true`), or label the namespace
`pod-security.kubernetes.io/enforce: privileged`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import gets_init_container
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule

_ENFORCE = "pod-security.kubernetes.io/enforce"


@rule(on=Namespace, severity=Severity.ERROR, since="0.1.0", hazard=True)
def check(namespace: Namespace, mesh: Mesh) -> Iterator[Outcome]:
    """Report the level where a workload is injected and it is written that there is no plugin."""
    level = namespace.labels.get(_ENFORCE)
    if level not in {"baseline", "restricted"} or mesh.injection.control_plane.has_cni:
        return
    refused = next(
        (
            workload
            for workload in mesh.workloads.find({}, namespace.name)
            if mesh.workloads.is_to_be_injected(workload)
            and gets_init_container(workload, mesh.config.raw)
        ),
        None,
    )
    if refused is None:
        return
    if not mesh.injection.control_plane.lacks_cni:
        yield NotChecked("whether Istio runs its CNI plugin, where pod security is enforced")
        return
    yield Finding(
        namespace.at("metadata", "labels", _ENFORCE),
        f"level {level} forbids the capabilities of istio-init, which redirects traffic where "
        "there is no CNI plugin: injected pods are refused",
    ).also(refused.at("metadata", "name"), "gets such an init container")
