"""A workload runs Istio's operator, which ended with 1.23.

There is no operator of a later version. This one can't install or upgrade to a supported Istio, and
it undoes what `istioctl` or Helm change of what it manages.

Fix: move the installation to Helm or `istioctl install`, then remove the operator.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import is_operator
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report workloads with the operator's image; their pods are not reported again."""
    if workload in mesh.workloads and is_operator(workload):
        yield Finding(
            workload.at("metadata", "name"),
            "this workload runs the operator, which is not part of Istio since 1.24",
        )
