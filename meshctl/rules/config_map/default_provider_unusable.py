"""A default provider of the mesh config isn't defined, can't take the signal, or has no Service.

`defaultProviders` names extension providers by signal. istiod passes over a name that it doesn't know,
a provider of another signal, and one whose Service isn't in the mesh: no logs, traces or metrics.

Fix: write the name of an entry of `extensionProviders` that takes the signal, with the full host of a
Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ConfigMap
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ConfigMap, severity=Severity.WARNING, since="0.1.0", holds=("mesh",))
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report names in the mesh config itself, where it is the one that counts."""
    for vain in mesh.clauses.mesh_settings.unusable_defaults(config_map):
        yield Finding(vain.place, vain.message)
