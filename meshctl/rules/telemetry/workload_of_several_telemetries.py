"""Two Telemetries select one workload.

They are not merged: the oldest counts for the workload, and what the other one asks for doesn't
happen.

Fix: select each workload in one Telemetry, and join what the two say.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import named, winner_text
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Telemetry, severity=Severity.ERROR, equivalents=("IST0159",), since="0.1.0")
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first workload that others select too."""
    if not telemetry.selector:
        return
    for workload, same in mesh.workloads.telemetries.rivals(telemetry):
        others = [each_telemetry for each_telemetry in same if each_telemetry is not telemetry]
        finding = Finding(
            telemetry.spec.key("selector"),
            f"{workload.title} is selected by {named(others)} too; {winner_text(telemetry, same)}",
        )
        for other in others[:3]:
            finding = finding.also(other.spec.key("selector"), "selects it too")
        yield finding
        return
