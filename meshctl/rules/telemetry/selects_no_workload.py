"""A Telemetry's selector picks no workload of the mesh.

What it configures holds for nobody; the workloads that it was meant for keep the telemetry of
their namespace or of the mesh. In the root namespace, too, a selector picks workloads of that
namespace alone. A pod outside the mesh has no proxy that could report anything.

Fix: write labels that the pods carry, those of the pod template, or take the workload into the mesh.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Telemetry, severity=Severity.WARNING, equivalents=("IST0101",), since="0.1.0")
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors without a pod of the mesh in a namespace whose workloads are known."""
    selector, home = telemetry.selector, telemetry.namespace
    if not selector or telemetry.target_refs:
        return
    picked = mesh.workloads.telemetries.picked(telemetry)
    why = mesh.workloads.why_nobody(picked, selector, home)
    if not why or mesh.registry.has_other_pods(selector, home):
        return
    known = mesh.knows.all_of("Pod", home)
    if not known:
        yield NotChecked(known.reason)
        return
    yield Finding(
        telemetry.spec.at("selector", "matchLabels"), f"{why}, so this Telemetry configures nothing"
    )
