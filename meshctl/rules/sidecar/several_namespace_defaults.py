"""A namespace has two Sidecars without a workloadSelector.

They are not merged: the oldest is the default of the namespace and the other one has no effect.

Fix: join them into one, or give one of them a `workloadSelector`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import being, others, winner_text
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Sidecar, severity=Severity.ERROR, equivalents=("IST0111", "KIA0002"), since="0.1.0")
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report each of several default Sidecars."""
    same = mesh.workloads.sidecars.for_namespace(sidecar.namespace)
    if sidecar.workload_selector or len(same) == 1:
        return
    finding = Finding(
        sidecar.at("metadata", "name"),
        f"{being(same, sidecar)} for the whole namespace too; {winner_text(sidecar, same)}",
    )
    for other in others(same, sidecar):
        finding = finding.also(other.at("metadata", "name"), "has no workloadSelector either")
    yield finding
