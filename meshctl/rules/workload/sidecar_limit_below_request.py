"""An annotation gives the sidecar a limit that is lower than what it asks for.

The injector writes `proxyCPU` and `proxyMemory` into the requests of the sidecar, the two with `Limit` into
its limits. The API server refuses a container whose limit is below its request, so no pod is made: the
Deployment looks healthy, and its ReplicaSet reports the refusal.

Fix: raise the limit, or lower what is asked for.
"""

from collections.abc import Iterator

from meshctl.istio.quantities import nano_units
from meshctl.mesh import Mesh
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule

_PAIRS = {
    "sidecar.istio.io/proxyCPU": "sidecar.istio.io/proxyCPULimit",
    "sidecar.istio.io/proxyMemory": "sidecar.istio.io/proxyMemoryLimit",
}


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0", holds=tuple(_PAIRS))
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report limits below requests in pods that get a sidecar."""
    if not mesh.workloads.membership(workload).has_proxy:
        return
    uses = {use.name: use for use in mesh.injection.annotations.of(workload) if use.is_pod_to_be}
    for request, limit in _PAIRS.items():
        asked, most = uses.get(request), uses.get(limit)
        if asked is None or most is None:
            continue
        least, top = nano_units(asked.value or ""), nano_units(most.value or "")
        if least is not None and top is not None and top < least:
            yield Finding(
                most.ref,
                f"{limit} {most.value} is below {request} {asked.value}: the API server refuses the pods",
            ).also(asked.ref, "asks for more")
