"""A CustomResourceDefinition of the Gateway API is older than Istio needs.

istiod doesn't read objects of that kind then: routes and policies have no effect, and nothing says
so in their status.

Fix: install the Gateway API in the version that the message asks for, or a newer one.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import BUNDLE_VERSION
from meshctl.istio.api_versions import too_old
from meshctl.mesh import Mesh
from meshctl.resources import CustomResourceDefinition
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=CustomResourceDefinition, severity=Severity.WARNING,
    equivalents=("IST0176", "IST0156", "IST0172"), since="0.1.0",
)  # fmt: skip
def check(definition: CustomResourceDefinition, mesh: Mesh) -> Iterator[Outcome]:
    """Report definitions whose bundle is older than what Istio 1.31 needs for the kind."""
    version = definition.annotations.get(BUNDLE_VERSION, "")
    needed = too_old(definition.name, version)
    if needed:
        yield Finding(
            definition.at("metadata", "annotations", BUNDLE_VERSION),
            f"the definition is of version {version}, and Istio reads {definition.defined_kind} from {needed} on",
        )
