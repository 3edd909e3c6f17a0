"""A Sidecar of the root namespace has a workloadSelector.

There a Sidecar without a selector is the default of all namespaces. With one it configures
workloads of the root namespace alone, so it is no default for anybody.

Fix: remove the selector for a default of the mesh, or move the Sidecar to the namespace of its
workloads.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Sidecar, severity=Severity.WARNING, equivalents=("KIA1006",), since="0.1.0")
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors in the root namespace unless they pick a workload there."""
    root = mesh.config.root_namespace
    if sidecar.namespace != root or not sidecar.workload_selector:
        return
    if not mesh.workloads.sidecars.picked(sidecar):
        yield Finding(
            sidecar.spec.key("workloadSelector"),
            f"with a workloadSelector this Sidecar is for workloads of {root} alone, not for the mesh",
        )
