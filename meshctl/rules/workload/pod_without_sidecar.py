"""A pod has no sidecar although its namespace is injected.

Pods are only injected when they are made, so a pod that is older than the label runs without
mutual TLS, policies and telemetry. A STRICT server refuses it.

Fix: restart the workload; to keep the pod outside the mesh, label it
`sidecar.istio.io/inject: "false"`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECTION
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import lacks_sidecar
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.WARNING, equivalents=("IST0103",), since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report pods without a proxy in namespaces that are injected; a manifest only as info."""
    namespace = mesh.workloads.namespace(workload.namespace)
    if workload.kind != "Pod" or namespace is None or not lacks_sidecar(workload):
        return
    if namespace.labels.get(INJECTION) != "enabled":
        return
    label = namespace.at("metadata", "labels", INJECTION)
    place = workload.at("metadata", "name")
    if workload.has("status"):
        yield Finding(
            place, "this pod runs without a sidecar although its namespace is injected"
        ).also(label, "asks for sidecars")
    else:
        yield Finding(
            place,
            "this Pod has no istio-proxy container: if it runs already it is outside the mesh, if "
            "it is still to be made it gets a sidecar then",
            severity=Severity.INFO,
        ).also(label, "asks for sidecars")
