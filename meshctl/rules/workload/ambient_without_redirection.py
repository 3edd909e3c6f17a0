"""A running pod is meant to be in ambient mode, but the CNI agent has not redirected it.

The annotation `ambient.istio.io/redirection: enabled` is how the CNI agent says that ztunnel has the
pod's traffic. Without it clients reach the pod in plaintext, and no policy is enforced for it.

Fix: look at the log of istio-cni on the pod's node, then restart the pod; or label it
`istio.io/dataplane-mode: none` if it shall stay outside.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import REDIRECTION
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership, has_proxy_container, is_live, promise
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0")
def check(pod: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report running pods that labels put into ambient mode, without the annotation."""
    if not is_live(pod) or pod.child("status").text("phase") != "Running":
        return
    namespace = mesh.workloads.namespace(pod.namespace)
    if pod.pod_annotations.get(REDIRECTION) == "enabled":
        return
    if promise(pod, namespace) is Membership.AMBIENT and not has_proxy_container(pod):
        yield Finding(
            pod.key("metadata"),
            "labels put this pod into ambient mode, but it lacks the annotation "
            f"{REDIRECTION}: ztunnel doesn't carry its traffic",
        )
