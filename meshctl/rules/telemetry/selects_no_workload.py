"""A Telemetry's selector picks no workload.

What it configures holds for nobody; the workloads that it was meant for keep the telemetry of
their namespace or of the mesh. In the root namespace, too, a selector picks workloads of that
namespace alone.

Fix: write labels that the pods carry, those of the pod template.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Telemetry, severity=Severity.WARNING, equivalents=("IST0101",), since="0.1.0")
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors without any workload in a namespace whose workloads are known."""
    if (
        not telemetry.selector
        or telemetry.target_refs
        or mesh.workloads.telemetries.picked(telemetry)
    ):
        return
    if mesh.registry.has_other_pods(telemetry.selector, telemetry.namespace):
        return
    known = mesh.knows.all_of("Pod", telemetry.namespace)
    if not known:
        yield NotChecked(known.reason)
        return
    yield Finding(
        telemetry.spec.at("selector", "matchLabels"),
        f"no workload of namespace {telemetry.namespace} has these labels, so this Telemetry "
        "configures nothing",
    )
