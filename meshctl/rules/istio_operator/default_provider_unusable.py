"""A default provider of an IstioOperator isn't defined, can't take the signal, or has no Service.

`defaultProviders` names extension providers by signal. istiod passes over a name that it doesn't know,
a provider of another signal, and one whose Service isn't in the mesh: no logs, traces or metrics.

Fix: write the name of an entry of `extensionProviders` that takes the signal, with the full host of a
Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import IstioOperator
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=IstioOperator, severity=Severity.WARNING, since="0.1.0", needs=("defaultProviders",))
def check(operator: IstioOperator, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that get nothing."""
    for vain in mesh.clauses.mesh_settings.unusable_defaults(operator):
        yield Finding(vain.place, vain.message)
