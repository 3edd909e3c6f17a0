"""An annotation belongs to a feature in its alpha phase.

It may change or go without notice. Nearly every annotation of Istio is alpha, so this rule runs
only when it is selected, for those who look for what an upgrade may take away.

Fix: prefer a resource of a stable API where there is one, such as ProxyConfig or Telemetry.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=Resource, severity=Severity.INFO, equivalents=("IST0136",), since="0.1.0", optional=True,
    holds=("annotations",),
)  # fmt: skip
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report annotations of alpha stage."""
    for use in mesh.injection.annotations.of(resource):
        if use.definition is not None and use.definition.stage == "Alpha":
            yield Finding(use.ref, f"the annotation {use.name} belongs to an alpha feature")
