"""An annotation gives the sidecar its memory without a unit, which makes it bytes.

`proxyMemory` and `proxyMemoryLimit` are quantities of Kubernetes: `128` is 128 bytes, and `128m` an eighth of
one. A limit like that ends the sidecar before it starts; a request lets the scheduler believe that it needs
nothing.

Fix: write the unit, as in `128Mi`.
"""

from collections.abc import Iterator

from meshctl.istio.quantities import nano_units
from meshctl.mesh import Mesh
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule

_MEMORY = ("sidecar.istio.io/proxyMemory", "sidecar.istio.io/proxyMemoryLimit")
_LEAST = 1024 * 1024 * 10**9
"""A mebibyte in billionths of a byte: no proxy has ever run in less."""


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0", holds=_MEMORY)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report memory below a mebibyte in pods that get a sidecar."""
    if not mesh.workloads.membership(workload).has_proxy:
        return
    for use in mesh.injection.annotations.of(workload):
        amount = nano_units(use.value or "") if use.name in _MEMORY and use.is_pod_to_be else None
        if amount is not None and 0 < amount < _LEAST:
            effect = (
                "is ended at once" if use.name.endswith("Limit") else "asks for next to nothing"
            )
            what = "is less than a byte" if amount < 10**9 else "is bytes"
            yield Finding(use.ref, f"{use.name} {use.value} {what}: the sidecar {effect}")
