"""A pod asks for a sidecar where none is ever injected.

With `hostNetwork: true` the rules that lead traffic to the sidecar would change the whole node, and
in namespaces of Kubernetes itself the cluster could break: the injector passes over such pods,
whatever their labels say. They run outside mutual TLS, policies and telemetry, and STRICT servers
refuse them.

Fix: remove `hostNetwork`, or move the workload to a namespace of its own; or remove the label, and
let the policies of its servers take clients without mutual TLS.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECT
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import says_no, wants_sidecar
from meshctl.resources import Workload
from meshctl.resources.kubernetes.workload import SYSTEM_NAMESPACES
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0", hazard=True)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report pods that ask by themselves, and all that `kube-inject` is asked to inject."""
    if workload not in mesh.workloads:
        return
    asks = wants_sidecar(workload)
    has_label = INJECT in workload.pod_labels or INJECT not in workload.pod_annotations
    place = "labels" if has_label else "annotations"
    asked_at = workload.template.child("metadata").at(place, INJECT)
    is_asked_about = mesh.by_hand is not None and not says_no(workload)
    if workload.uses_host_network and (asks or is_asked_about):
        yield Finding(
            workload.pod_spec.at("hostNetwork"),
            "the injector passes over pods in the network of their node: this one gets no sidecar",
        ).fixed_by(put(asked_at, "false"), safe=False)
    elif asks and workload.namespace in SYSTEM_NAMESPACES:
        yield Finding(
            asked_at,
            f"the injector passes over pods of {workload.namespace}: this one gets no sidecar",
        ).fixed_by(put(asked_at, "false"), safe=False)
