"""An application runs as user 1337, which is the sidecar's own.

The rules that send traffic to the sidecar leave out what user 1337 sends, else Envoy would be sent
its own traffic. So everything this container sends goes straight to the network: without mutual
TLS, routing, retries or telemetry, and a STRICT server resets it.

Fix: let the container run as another user. An init container that needs the network before the
sidecar is up may use 1337 on purpose; those are not reported.
"""

from collections.abc import Iterator

from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import PROXY_UID, Membership, is_gateway
from meshctl.resources import View, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=Workload,
    severity=Severity.WARNING,
    equivalents=("IST0144",),
    since="0.1.0",
    hazard=True,
    holds=("runAsUser",),
)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report the pod-level user, and that of each container, in pods that may have a sidecar."""
    labels = workload.labels
    if "istio" in labels or labels.get("release") == "istio" or is_gateway(workload):
        return
    if workload not in mesh.workloads:
        return
    if mesh.workloads.membership(workload) in {Membership.NONE, Membership.AMBIENT}:
        return
    if _runs_as_proxy(workload.pod_spec):
        yield _finding(workload.pod_spec, "the pod's containers run")
    for container in workload.containers:
        if container.name != PROXY_CONTAINER and _runs_as_proxy(container):
            yield _finding(container, f"container {container.name} runs")


def _runs_as_proxy(view: View) -> bool:
    return view.child("securityContext").number("runAsUser") == PROXY_UID


def _finding(view: View, who: str) -> Finding:
    return Finding(
        view.at("securityContext", "runAsUser"),
        f"{who} as user 1337, the sidecar's own, so that the traffic they open bypasses the sidecar",
    )
