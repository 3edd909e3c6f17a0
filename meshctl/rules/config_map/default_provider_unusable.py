"""A default provider of the mesh config isn't defined, can't take the signal, or has no Service.

`defaultProviders` names extension providers by signal. istiod passes over a name that it doesn't know,
a provider of another signal, and one whose Service isn't in the mesh: no logs, traces or metrics.

Fix: write the name of an entry of `extensionProviders` that takes the signal, with the full host of a
Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import default_providers
from meshctl.resources import ConfigMap
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=ConfigMap, severity=Severity.WARNING, since="0.1.0", holds=("mesh",))
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report names in the mesh config itself, where it is the one that counts."""
    for providers, signal, name in default_providers(config_map):
        why, defined = "", providers.reported_to(name)
        if not defined:
            why = "extensionProviders has no such entry"
        elif not providers.takes(defined, signal):
            why = f"it is {', '.join(sorted(providers.types(defined)))}, which takes other signals"
        else:
            settings = providers.settings(defined)
            found = (
                mesh.registry.provider_services.missing(settings)
                if settings.get("service")
                else None
            )
            why = found.message if found is not None and found.is_sure else ""
        if why:
            yield Finding(
                config_map.at("data", "mesh"),
                f"the default provider of {signal}, {quoted(name)}, gets nothing: {why}",
            )
