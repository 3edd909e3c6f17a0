"""A Telemetry traces with a provider type that Istio has given up.

Lightstep and OpenCensus are no longer supported: Lightstep takes OpenTelemetry since 2023, and
Envoy dropped both. No spans arrive.

Fix: define an `opentelemetry` provider in `meshConfig.extensionProviders` and name that one.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_REMOVED = frozenset({"lightstep", "opencensus"})


@rule(on=Telemetry, severity=Severity.WARNING, equivalents=("IST0002",), since="0.1.0")
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report tracing providers whose definition is of a removed type."""
    for signal, provider in telemetry.providers:
        name = provider.text("name")
        defined = mesh.extension_providers.reported_to(name)
        kinds = _REMOVED & mesh.extension_providers.types(defined)
        if signal == "tracing" and kinds:
            yield Finding(
                provider.at("name"),
                f"provider {quoted(name)} is of type {min(kinds)}, which Istio no longer supports; "
                "use an opentelemetry provider",
            )
