"""Two WorkloadGroups of a namespace give their machines the same labels.

Selectors can't tell the machines of the two apart, so Services, policies and subsets that were
meant for one group take in the other one.

Fix: give each group a label of its own in `spec.metadata.labels`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WorkloadGroup
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=WorkloadGroup,
    severity=Severity.WARNING,
    equivalents=("KIA1702",),
    since="0.1.0",
    renamed_from=("workload-group/same-labels",),
)
def check(group: WorkloadGroup, mesh: Mesh) -> Iterator[Outcome]:
    """Report each group with another one of equal labels."""
    other = mesh.registry.workload_entries.twin(group)
    if other is not None:
        yield Finding(
            group.spec.at("metadata", "labels"),
            f"{other.title} gives its machines the same labels",
        ).also(other.spec.at("metadata", "labels"), "the same labels")
