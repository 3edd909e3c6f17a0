"""A Telemetry names a provider whose Service the mesh doesn't have.

istiod skips a tracing or logging provider whose `service` isn't a full host of its registry, and
says so in its log alone; a port that the Service lacks leads to no upstream. Nothing arrives.

Fix: give the provider in `meshConfig.extensionProviders` the full host and a port of its Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Telemetry, severity=Severity.WARNING, since="0.1.0")
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report providers whose Service or port is known to be missing."""
    for signal, provider in telemetry.providers:
        settings = mesh.extension_providers.settings(
            mesh.extension_providers.reported_to(provider.text("name"))
        )
        if "service" not in settings:
            continue
        missing = mesh.registry.provider_services.missing(settings)
        if missing is not None and missing.is_sure:
            yield Finding(
                provider.at("name"),
                f"provider {quoted(provider.text('name'))} gets no {signal}: {missing.message}",
            )
        elif missing is not None:
            yield NotChecked("the input doesn't show the Services of all providers")
