"""Two Sidecars select one workload.

They are not merged: the oldest counts for the workload and the other one has no effect, so that
hosts which only the other one lists can't be reached.

Fix: select each workload in one Sidecar, and join what the two say.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import named, others, winner_text
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Sidecar, severity=Severity.ERROR, equivalents=("IST0110", "KIA0003"), since="0.1.0")
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first workload that others select too."""
    if not sidecar.workload_selector:
        return
    for workload, same in mesh.workloads.sidecars.rivals(sidecar):
        finding = Finding(
            sidecar.spec.key("workloadSelector"),
            f"{workload.title} is selected by {named(same, sidecar)} too; {winner_text(sidecar, same)}",
        )
        for other in others(same, sidecar):
            finding = finding.also(other.spec.key("workloadSelector"), "selects it too")
        yield finding
        return
