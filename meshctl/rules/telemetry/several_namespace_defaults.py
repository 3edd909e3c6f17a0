"""A namespace has two Telemetries without a selector.

They are not merged: the oldest is the default of the namespace, and what the other one asks for
doesn't happen.

Fix: join them into one, or give one of them a `selector` or `targetRefs`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import being, others, winner_text
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Telemetry, severity=Severity.ERROR, equivalents=("IST0160",), since="0.1.0")
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report each of several default Telemetries; those with targetRefs are none."""
    same = mesh.workloads.telemetries.for_namespace(telemetry.namespace)
    if not telemetry.is_namespace_wide or len(same) == 1:
        return
    finding = Finding(
        telemetry.at("metadata", "name"),
        f"{being(same, telemetry)} for the whole namespace too; {winner_text(telemetry, same)}",
    )
    for other in others(same, telemetry):
        finding = finding.also(other.at("metadata", "name"), "has no selector either")
    yield finding
