"""A LimitRange of the namespace refuses the sidecar that pods get.

The injector gives each sidecar requests and limits: those of the pod's annotations, else those of `global.proxy.resources`, with
a limit of 2 CPUs and 1 GiB by default. The API server compares them with the LimitRanges of the namespace, and refuses a
pod with a container above their `max` or below their `min`: the Deployment looks healthy, and its ReplicaSet reports that
pods are forbidden.

Fix: write all four `sidecar.istio.io/proxyCPU`, `proxyCPULimit`, `proxyMemory` and `proxyMemoryLimit` within the bounds, or
widen the LimitRange.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Workload
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0", needs=("LimitRange",))
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report workloads whose pods get a sidecar; the chart's own amounts may not be those in use."""
    if workload not in mesh.workloads:
        return
    refused = mesh.injection.sidecar_resources.refused(workload)
    if refused is not None and mesh.workloads.is_to_be_injected(workload):
        if refused.is_by_chart and not mesh.is_whole:
            yield NotChecked(
                "what sidecars ask of a node is in the values of the injector, outside the input"
            )
            return
        whose = " by the chart's values" if refused.is_by_chart else ""
        yield Finding(
            refused.place or workload.at("metadata", "name"),
            f"the sidecar has {refused.amount}{whose}, and the LimitRange a {refused.bound}: the API server refuses the pods",
            severity=Severity.WARNING if refused.is_by_chart else None,
        ).also(refused.limit_range, "bounds each container")
