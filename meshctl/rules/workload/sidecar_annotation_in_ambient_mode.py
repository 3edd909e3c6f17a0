"""A pod in ambient mode has annotations for a sidecar.

There is no sidecar that would read them. Ports and addresses that were to be left out go through
ztunnel all the same, and settings of the proxy have no effect.

Fix: remove the annotations; to let traffic past ztunnel, use `ambient.istio.io/bypass-inbound-capture`
or the label `istio.io/dataplane-mode: none`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECT
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule

_TRAFFIC = "traffic.sidecar.istio.io/"
_PROXY = ("sidecar.istio.io/", "proxy.istio.io/")


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report what leads traffic past a sidecar; settings of the proxy are an info."""
    if workload not in mesh.workloads:
        return
    if mesh.workloads.membership(workload) is not Membership.AMBIENT:
        return
    annotations = workload.template.child("metadata", "annotations")
    for name in annotations.names():
        is_about_traffic = name.startswith(_TRAFFIC)
        if is_about_traffic or (name.startswith(_PROXY) and name != INJECT):
            yield Finding(
                annotations.key(name),
                "the pod is in ambient mode, where nothing reads this annotation",
                severity=None if is_about_traffic else Severity.INFO,
            ).fixed_by(delete(annotations.key(name)), safe=False)
