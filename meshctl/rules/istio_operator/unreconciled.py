"""An IstioOperator is in a cluster where no operator reads it.

The operator that ran in the cluster is gone since 1.24. `istioctl install -f` reads a file; the
object in the cluster changes nothing, whatever is edited in it.

Fix: keep the IstioOperator as a file for `istioctl install -f`, or move to Helm, and delete the object.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import OPERATOR_GONE_SINCE
from meshctl.resources import IstioOperator
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=IstioOperator,
    severity=Severity.INFO,
    since="0.1.0",
    renamed_from=("istio-operator/read-by-nobody",),
)
def check(operator: IstioOperator, mesh: Mesh) -> Iterator[Outcome]:
    """Report objects that come from a cluster whose istiods are all of 1.24 or later."""
    versions = mesh.injection.control_plane.versions
    if operator.created is not None and versions and min(versions) >= OPERATOR_GONE_SINCE:
        major, minor = min(versions)
        yield Finding(
            operator.at("metadata", "name"),
            f"the control plane is of {major}.{minor}, and no operator reads an IstioOperator since 1.24",
        )
