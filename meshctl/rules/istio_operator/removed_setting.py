"""An IstioOperator sets up something that Istio no longer has.

The setting is refused by `istioctl install`, or ignored. Dashboards and tracing have to be
installed on their own, and what Mixer did is for Telemetry and AuthorizationPolicies.

Fix: remove the setting from the IstioOperator; install add-ons from their own charts or from `samples/addons`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import removed_settings
from meshctl.resources import IstioOperator
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=IstioOperator, severity=Severity.WARNING, since="0.1.0")
def check(operator: IstioOperator, mesh: Mesh) -> Iterator[Outcome]:
    """Report components and values of parts that were removed."""
    for ref, name, version in removed_settings(operator):
        yield Finding(
            ref, f"{name} is not part of Istio since {version}: nothing is installed"
        ).fixed_by(delete(ref), safe=False)
