"""An object has a kind that Istio has removed.

Mixer's `config.istio.io` went with 1.8 (its RouteRules, DestinationPolicies and EgressRules with 1.0),
`rbac.istio.io` with 1.6, `authentication.istio.io` with 1.6. A current Istio installs no resource
definition for them, so that the object is refused; if an old definition is still in the cluster the
object is stored and does nothing, and whatever it should protect is open.

Fix: `meshctl migrate PATH` writes what says the same today, and says what differs; delete this one.
"""

from collections.abc import Iterator

from meshctl.istio.api_versions import replacement
from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", equivalents=("IST0002",))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report objects of removed kinds with what replaced them."""
    instead = replacement(resource.group, resource.kind)
    if instead:
        yield Finding(
            resource.at("kind"),
            f"Istio has removed {resource.kind} ({resource.group}), so nothing reads this object; "
            f"use {instead}",
        )
