"""A volume of the pod has the name of one that the injector adds.

The injector merges volumes by name. The two become one volume with both sources, or stay two of
one name; the API server refuses either, so that the Deployment makes no pods.

Fix: give the volume another name in `spec.volumes`, or in the annotation that adds it.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import volumes_added_twice, volumes_of_two_sources
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=Workload,
    severity=Severity.ERROR,
    since="0.1.0",
    hazard=True,
    holds=("volumes", "annotations"),
)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report volumes of the pod, and of the annotation that adds some to the sidecar's."""
    if not mesh.workloads.is_to_be_injected(workload):
        return
    for place, name, injected in volumes_of_two_sources(workload):
        yield Finding(
            place,
            f"the injector adds a volume {name} with {injected} to this pod and merges the two: "
            "the API server refuses a volume of two types",
        )
    for place, name, _ in volumes_added_twice(workload):
        yield Finding(
            place,
            f"the injector adds a volume {name} already: the API server refuses a pod with two of "
            "one name",
        )
