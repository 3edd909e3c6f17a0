"""No AuthorizationPolicy guards a workload.

Every request is let in that reaches it: what no policy speaks of is allowed. Many meshes want it
so, therefore this rule runs only when it is selected.

Fix: write an AuthorizationPolicy for the workload, or one for the namespace that denies by default.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=Workload,
    severity=Severity.WARNING,
    equivalents=("KIA1301",),
    since="0.1.0",
    optional=True,
    renamed_from=("workload/guarded-by-nothing",),
)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report workloads of the mesh that no policy of their namespace or of the mesh selects."""
    if workload not in mesh.workloads:
        return
    in_mesh = mesh.workloads.membership(workload) in {Membership.SIDECAR, Membership.AMBIENT}
    guarded = mesh.security.authorization.of(
        workload
    ) or mesh.security.authorization.covers_namespace(workload.namespace)
    if in_mesh and not guarded:
        yield Finding(
            workload.at("metadata", "name"),
            "no AuthorizationPolicy says who may call this workload",
        )
