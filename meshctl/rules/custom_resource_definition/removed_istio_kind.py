"""A CustomResourceDefinition is of a kind that Istio has removed.

Istio has not read ServiceRole, ServiceRoleBinding, RbacConfig and ClusterRbacConfig since 1.6, so
objects of that kind protect nothing.

Fix: `meshctl migrate PATH` writes AuthorizationPolicies for them; then remove the definition.
"""

from collections.abc import Iterator

from meshctl.istio.api_versions import replacement
from meshctl.mesh import Mesh
from meshctl.resources import CustomResourceDefinition
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=CustomResourceDefinition, severity=Severity.WARNING, equivalents=("IST0002",), since="0.1.0"
)
def check(definition: CustomResourceDefinition, mesh: Mesh) -> Iterator[Outcome]:
    """Report definitions in the groups of removed APIs."""
    instead = replacement(definition.defined_group, definition.defined_kind)
    if instead:
        yield Finding(
            definition.spec.at("group"),
            f"Istio doesn't read {definition.defined_kind} of {definition.defined_group} any more; "
            f"instead there is {instead}",
        )
