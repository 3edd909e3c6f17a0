"""A variable of the sidecar gets both a `value` and a `valueFrom`.

A container called `istio-proxy` is merged with the sidecar, its variables by name. Where one side
writes `value` and the other `valueFrom`, the result has both, which the API server refuses: no pod
is made.

Fix: leave the variable to the injector, or write the same of `value`
and `valueFrom` that the message names.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import variables_of_two_sources
from meshctl.resources import Ref, Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(
    on=Workload,
    severity=Severity.ERROR,
    since="0.1.0",
    hazard=True,
    renamed_from=("workload/variable-of-two-sources",),
)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report such variables of pods still to be injected."""
    if mesh.workloads.is_to_be_injected(workload):
        for place, name, injected in variables_of_two_sources(workload):
            yield Finding(
                place,
                f"the injector sets {name} by `{injected}`, and keeps what is written here: the API "
                "server refuses a variable with both",
            ).fixed_by(delete(Ref(workload, place.path[:-1])), safe=False)
