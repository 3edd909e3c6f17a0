"""The `workloadSelector` of a ServiceEntry picks nothing.

Its endpoints are the pods and the WorkloadEntries of its own namespace that have all the labels.
Without any, Envoy answers `503 UH` (no healthy upstream).

Fix: correct the labels, or create the WorkloadEntry in the namespace of the ServiceEntry.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.ERROR, since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors of which the input shows that they pick nothing."""
    if not entry.workload_selector or entry.resolution == "NONE":
        return
    for host in mesh.registry.of(entry)[:1]:
        is_empty = mesh.workloads.endpoints.is_empty(host)
        if is_empty is None:
            yield NotChecked("the input has no workload and no WorkloadEntry of a ServiceEntry")
        elif is_empty:
            yield Finding(
                entry.spec.at("workloadSelector"),
                f"no pod and no WorkloadEntry of namespace {entry.namespace} has these labels: "
                f"requests to {host.host} get 503 no healthy upstream",
                severity=None if mesh.is_whole else Severity.WARNING,
            )
