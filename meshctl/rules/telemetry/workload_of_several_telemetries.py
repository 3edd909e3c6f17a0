"""Two Telemetries select one workload, and configure the same: logs, metrics or traces.

They are laid over each other in the order of their age: where both say something, such as the providers,
the younger one holds, and what the older one asks for doesn't happen. Nothing in files says which of
them that is.

Fix: select each workload in one Telemetry, and join what the two say.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import named, others, signals_of
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Telemetry, severity=Severity.WARNING, equivalents=("IST0159",), since="0.1.0")
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first workload that others of the same signal select too."""
    own = signals_of(telemetry)
    for workload, same in mesh.workloads.telemetries.rivals(telemetry) if own else ():
        several = mesh.workloads.telemetries_for(same, own)
        if len(several.telemetries) < 2:  # noqa: PLR2004 - itself and another
            continue
        finding = Finding(
            telemetry.spec.key("selector"),
            f"{workload.title} is selected by {named(several.telemetries, telemetry)} too, for "
            f"{', '.join(sorted(several.shared))}; where both say something, the younger one holds",
        )
        for other in others(several.telemetries, telemetry):
            finding = finding.also(other.spec.key("selector"), "selects it too")
        yield finding
        return
